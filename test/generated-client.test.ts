import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { closeAll, closeLater, TestHub } from "@hub/testing";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { afterEach, expect, test } from "vitest";

/** What somebody writes who has the document and a generator, and nothing of ours. */
const program = `
import createClient from "openapi-fetch";
import type { paths } from "./hub-api.js";

export async function use(baseUrl: string) {
  const hub = createClient<paths>({ baseUrl });
  const { data: registered, error } = await hub.POST("/register", {
    body: {
      name: "Weather",
      endpoint: "http://127.0.0.1:9/mcp",
      transport: "streamable-http",
      tags: ["geo", "free"],
      lease: { ttlMs: 60_000 },
    },
  });
  if (registered === undefined) throw new Error(error.detail);
  const id: string = registered.server.id;

  const query = { tag: ["geo", "free"], status: ["pending" as const, "unreachable" as const] };
  const list = await hub.GET("/servers", { params: { query } });
  const names: string[] | undefined = list.data?.servers.map(({ name }) => name);

  const params = { path: { id } };
  const { data: server } = await hub.GET("/servers/{id}", { params });
  const ttlMs: number | undefined = server?.instances[0]?.lease?.ttlMs;
  // @ts-expect-error No server has a colour.
  const colour: unknown = server?.colour;

  const edited = await hub.PATCH("/servers/{id}", {
    params: { ...params, header: { "if-match": server?.etag ?? "" } },
    body: { title: "The weather" },
  });

  const headers = { accept: "application/json" };
  const { data: journal } = await hub.GET("/events", { headers, params: { query: { limit: 10 } } });
  const said = (typeof journal === "string" ? [] : (journal?.events ?? [])).flatMap((event) => {
    if (event.kind === "registered") return [\`registered \${event.instance.endpoint}\`];
    return event.kind === "edited" ? [\`edited \${event.changed.join()}\`] : [];
  });

  const missing = await hub.GET("/servers/{id}", { params: { path: { id: "nobody" } } });
  const leaseId = registered.lease?.id ?? "";
  const left = await hub.DELETE("/leases/{leaseId}", { params: { path: { leaseId } } });
  return {
    names, ttlMs, colour, said,
    title: edited.data?.title,
    missing: missing.error?.code,
    left: left.response.status,
  };
}
`;

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
};

/** What the compiler has to say against some files. */
function complaints(files: readonly string[]): string[] {
  const found = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

afterEach(closeAll);

test("a client that was generated from nothing but /openapi.json compiles and works", async () => {
  const hub = await TestHub.start();
  const document = await (await fetch(`${hub.url}/openapi.json`)).text();
  const types = astToString(await openapiTS(document));

  // Where the generated client finds its own library as any program of ours would.
  const caches = join(import.meta.dirname, "../node_modules/.cache");
  mkdirSync(caches, { recursive: true });
  const folder = mkdtempSync(join(caches, "generated-client-"));
  closeLater(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "hub-api.ts"), types);
  writeFileSync(join(folder, "program.ts"), program);
  expect(complaints([join(folder, "program.ts")])).toEqual([]);

  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { ...options, module: ts.ModuleKind.ES2022 },
  });
  writeFileSync(join(folder, "program.js"), outputText);
  const { use } = await import(pathToFileURL(join(folder, "program.js")).href);
  expect(await use(hub.url)).toEqual({
    names: ["Weather"],
    ttlMs: 60_000,
    colour: undefined,
    said: ["edited title", "registered http://127.0.0.1:9/mcp"],
    title: "The weather",
    missing: "SERVER_NOT_FOUND",
    left: 204,
  });
});
