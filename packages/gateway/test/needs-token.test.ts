import type { ServerResponse } from "node:http";
import {
  closeAll,
  type LegacyUpstream,
  ModernClient,
  type ModernUpstream,
  TestHub,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";
import { eras, everyClient, listed, missingIn, namesIn, start } from "./states.js";

afterAll(closeAll);

/** Where a server wants a token: everywhere, or behind its introduction. */
const locks = {
  "401 to everything": { status: 401, opens: [] },
  "401 with a challenge": { status: 401, opens: [], challenge: "Bearer" },
  "403 without a word": { status: 403, opens: [] },
  "401 to all but the introduction": {
    status: 401,
    opens: ["initialize", "server/discover", "notifications/initialized"],
  },
  "401 to all but the greeting of its own revision": {
    status: 401,
    opens: ["initialize", "notifications/initialized"],
  },
} as const;

type Lock = {
  readonly status: number;
  readonly opens: readonly string[];
  readonly challenge?: string;
};

/** Lets in whoever brings the token, and everybody where it says so. */
function lock(upstream: LegacyUpstream | ModernUpstream, { status, opens, challenge }: Lock) {
  const handle = upstream.handle.bind(upstream);
  const handleOther = upstream.handleOther.bind(upstream);
  const refuse = (response: ServerResponse) =>
    response
      .writeHead(status, challenge === undefined ? {} : { "www-authenticate": challenge })
      .end();
  upstream.handle = (message, request, response) => {
    if (opens.includes(message.method ?? "")) handle(message, request, response);
    else refuse(response);
  };
  upstream.handleOther = (_, response) => void refuse(response);
  return () => Object.assign(upstream, { handle, handleOther });
}

// Each waits for seconds until the hub looks again, and has a hub of its own.
describe.concurrent("a server that needs a token", () => {
  test.each(
    Object.entries(locks).flatMap(([how, given]) =>
      eras
        .filter((era) => era === "legacy" || given.opens.length !== 2)
        .map((era) => ({ how, era, given })),
    ),
  )("is in a state of its own, and its calls say why: $how ($era)", async ({ era, given }) => {
    const hub = await TestHub.start();
    const upstream = await start(era);
    const unlock = lock(upstream, given);
    await hub.announce("safe", upstream.endpoint);
    await until("its state", () => hub.status("safe") === "needs-token");
    const detail = await hub.rest("GET", "/servers/safe");
    const cause = expect.stringMatching(new RegExp(`token.*HTTP ${given.status}`));
    expect(detail).toMatchObject({
      status: "needs-token",
      instances: [
        {
          status: "needs-token",
          reason: cause,
          problem: {
            code: "NEEDS_TOKEN",
            step: expect.any(String),
            cause,
            fix: expect.stringContaining("directly"),
          },
          probe: { ok: true, needsToken: true },
        },
      ],
    });
    expect(await hub.rest("GET", "/servers?status=needs-token")).toMatchObject({
      servers: [{ id: "safe", status: "needs-token" }],
    });
    const said = {
      code: -31_001,
      message: expect.stringMatching(
        /^safe \(safe, needs-token\): .*token.*did not run\. Give the hub a credential for it: .mcp-hub credential set safe --bearer/,
      ),
      data: { hubError: "SERVER_UNAVAILABLE", mayHaveRun: false },
    };
    for (const { client, name } of await everyClient(hub, "safe"))
      expect((await client.call(name).done).response.error).toMatchObject(said);
    const opening = await fetch(`${hub.url}/servers/safe/mcp`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: given.opens.length === 0 ? "initialize" : "tools/list",
        params: {
          protocolVersion: "2025-11-25",
          capabilities: {},
          clientInfo: { name: "c", version: "1" },
        },
      }),
    });
    if (era === "legacy") expect(await opening.json()).toMatchObject({ error: said });
    const client = new ModernClient(hub.url);
    expect(missingIn(await client.ask("tools/list"))).toMatchObject([
      { server: "safe", status: "needs-token", reason: cause },
    ]);
    expect(await listed(client, { status: "needs-token" })).toMatchObject([{ id: "safe" }]);
    unlock();
    await hub.rest("POST", "/servers/safe/probe");
    expect(hub.status("safe")).toBe("up");
    expect((await client.call("safe__echo").done).response.result).toBeDefined();
    lock(upstream, given);
    await client.call("safe__echo").done;
    await until("its state", () => hub.status("safe") === "needs-token");
    const list = await client.ask("tools/list");
    expect(namesIn(list)).toContain("safe__echo");
    expect(missingIn(list)).toMatchObject([{ server: "safe", listed: true }]);
    expect((await client.call("safe__echo").done).response.error).toMatchObject(said);
  });
});
