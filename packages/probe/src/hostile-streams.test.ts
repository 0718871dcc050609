import type { RequestListener, ServerResponse } from "node:http";
import {
  closeServers,
  codeOf,
  flood,
  modern,
  mostSent,
  probeHostile,
  serve,
  stream,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeServers);

const sent = { bytes: 0 };

describe("an HTTP+SSE server that", () => {
  const sse = (feed: (response: ServerResponse) => void, onPost?: RequestListener) =>
    serve((request, response) => {
      if (request.method === "GET") feed(stream(response));
      else if (onPost === undefined) response.writeHead(404).end();
      else onPost(request, response);
    });
  /** No answer may come of what it does. */
  const probeSilent = (endpoint: string) =>
    probeHostile(endpoint, { transport: "sse" }, { isSilent: true });
  const endpointEvent = "event: endpoint\ndata: /messages\n\n";

  test("never names its endpoint, or floods before it does", async () => {
    sent.bytes = 0;
    const silent = await sse(() => undefined);
    const floods = await sse((response) => flood(response, Buffer.alloc(65_536, ":"), sent));
    const ends = await sse((response) => void response.end());
    for (const server of [silent, floods, ends]) {
      const outcome = await probeSilent(`${server.origin}/sse`);
      expect(codeOf(outcome)).toMatch(/TOO_SLOW|ANSWER_TOO_LARGE|NOT_MCP|WRONG_PATH/);
    }
    expect(sent.bytes).toBeLessThan(mostSent);
  });

  test("takes the message and never answers, or refuses it", async () => {
    const mute = await sse(
      (response) => void response.write(endpointEvent),
      (_, response) => void response.writeHead(202).end(),
    );
    const failing = await sse(
      (response) => void response.write(endpointEvent),
      (_, response) => void response.writeHead(500).end(),
    );
    expect(codeOf(await probeSilent(`${mute.origin}/sse`))).toMatch(/TOO_SLOW|NOT_MCP/);
    expect(codeOf(await probeHostile(`${failing.origin}/sse`, { transport: "sse" }))).toBe(
      "SERVER_ERROR",
    );
  });

  test("answers on the stream without end", async () => {
    sent.bytes = 0;
    const server = await sse(
      (response) => {
        response.write(endpointEvent);
        flood(response, 'data: {"jsonrpc":"2.0","method":"x"}\n\n'.repeat(500), sent);
      },
      (_, response) => void response.writeHead(202).end(),
    );
    const outcome = await probeSilent(`${server.origin}/sse`);
    expect(outcome.ok).toBe(false);
    expect(sent.bytes).toBeLessThan(mostSent);
  });
});

describe("URLs in answers are never dialled", () => {
  test("$ref, Link, icons, WWW-Authenticate and Location", async () => {
    const canary = await serve((_, response) => response.end());
    const url = `${canary.origin}/canary`;
    const tools = [{ name: "a", inputSchema: { $ref: url, $schema: url }, icons: [{ src: url }] }];
    const listing = modern(() => ({ tools }));
    const server = await serve((request, response) => {
      response.setHeader("link", `<${url}>; rel="preload"`);
      response.setHeader("content-location", url);
      response.setHeader("refresh", `0; url=${url}`);
      return listing(request, response);
    });
    expect((await probeHostile(`${server.origin}/mcp`)).ok).toBe(true);
    const guarded = await serve((_, response) =>
      response
        .writeHead(401, { "www-authenticate": `Bearer resource_metadata="${url}"`, location: url })
        .end(),
    );
    expect(await probeHostile(`${guarded.origin}/mcp`)).toMatchObject({
      ok: true,
      needsToken: true,
    });
    expect(canary.connections()).toBe(0);
  });

  test("the `endpoint` event of another origin", async () => {
    const canary = await serve((_, response) => response.end());
    for (const said of [
      `${canary.origin}/messages`,
      `//127.0.0.1:${canary.port}/x`,
      "file:///etc/passwd",
    ]) {
      const server = await serve((request, response) =>
        request.method === "GET"
          ? void stream(response).write(`event: endpoint\ndata: ${said}\n\n`)
          : void response.writeHead(404).end(),
      );
      const outcome = await probeHostile(`${server.origin}/sse`, { transport: "sse" });
      expect(outcome).toMatchObject({ ok: false, finding: { code: "NOT_MCP" } });
      expect(!outcome.ok && outcome.finding.cause).toContain("another origin");
    }
    expect(canary.connections()).toBe(0);
  });
});
