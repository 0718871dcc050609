import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Diagnosis, HubClientError } from "@hub/client";
import { expect, test } from "vitest";
import { consult } from "../src/doctor/consult.js";

test("a server that is removed while the doctor looks around is left out, and the others are said", async () => {
  const hubItself = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "mcp-hub-id": "hub" }).end("{}");
  });
  await new Promise<void>((resolve) => hubItself.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(hubItself.address() as AddressInfo).port}`;
  const problem = { severity: "fault", code: "NO_ANSWER", cause: "It is away.", fix: "Start it." };
  const gone = { status: 404, code: "SERVER_NOT_FOUND", detail: "No server has the id." };
  const hub = {
    url,
    servers: async () => ({ servers: [] }),
    readiness: async () => ({ status: "ready" }) as const,
    pulse: async () => ({ at: "2026-11-28T00:00:00Z", servers: {} }),
    hubs: async () => ({ hubs: [] }),
    everyServer: async () => ["gone", "away"].map((id) => ({ id, status: "down" })),
    diagnose: async (asked: { readonly server: string } | { readonly endpoint: string }) => {
      if ("server" in asked && asked.server === "gone") throw new HubClientError(gone);
      return { problems: [problem] } as unknown as Diagnosis; // as much as is looked at
    },
  };
  const { signal } = new AbortController();
  const environment = { MCP_HUB_URL: url };
  const answer = await consult(
    { hub, option: undefined, environment, signal, other: () => hub },
    undefined,
  );
  hubItself.close();
  expect(answer).toMatchObject({ ok: false, diagnoses: [{}], moreServers: 0 });
  expect(answer.problems).toContainEqual(problem);
});
