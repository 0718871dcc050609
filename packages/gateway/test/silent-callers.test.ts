import {
  closeAll,
  closeLater,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  metaKey,
  quiet,
  TestHub,
  textOf,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";

// Each test waits for most of its time, and has a hub of its own.
afterAll(closeAll);

const eras = ["legacy", "modern"] as const;
type Era = (typeof eras)[number];
const most = 2;
/** How long a server may be silent. To wait for its turn, a call has as long as the hub gives to all. */
const silentMs = 3_000;
const text = "x".repeat(60_000);

const startUpstream = (era: Era) =>
  (era === "legacy" ? LegacyUpstream : ModernUpstream).start({ tools: ["flood", "echo"] });

const connect = async (hub: TestHub, era: Era, path: string) =>
  era === "legacy" ? LegacyClient.open(hub.url, { path }) : new ModernClient(hub.url, { path });

/** Sends as much as its reader takes. */
function flood({ response }: UpstreamCall): undefined {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const message = {
    jsonrpc: "2.0",
    method: "notifications/message",
    params: { level: "info", data: text },
  };
  const write = () => {
    while (!response.destroyed && response.write(`data: ${JSON.stringify(message)}\n\n`));
  };
  response.on("drain", write);
  write();
  return undefined;
}

const paths = { one: "/mcp", two: "/servers/two/mcp" } as const;

/** Callers of one server that read nothing, on the path given for it. */
async function keepNoPlace(hub: TestHub, clientEra: Era, serverEra: Era, id: "one" | "two") {
  const path = paths[id];
  const prefix = path === "/mcp" ? `${id}__` : "";
  const upstream = await startUpstream(serverEra);
  upstream.on("flood", flood);
  await hub.register(id, upstream);
  await hub.rest("PATCH", `/servers/${id}`, { callTimeoutMs: silentMs });
  const silent = Array.from({ length: 3 * most }, async () => {
    const client = await connect(hub, clientEra, path);
    const wantsLogs = { _meta: { [metaKey("logLevel")]: "info" } };
    const call = client.call(`${prefix}flood`, {}, wantsLogs);
    call.pause();
    closeLater(() => call.close());
  });
  await Promise.all(silent);
  // Each has its turn at the server, though none of them ever ends.
  await until("all to have come", () => upstream.callsOf("flood").length === 3 * most);
  const reader = await connect(hub, clientEra, path);
  const echoed = async () => textOf((await reader.call(`${prefix}echo`).done).response);
  expect(await echoed()).toBe("{}");
  // That nobody reads is no silence of the server's: it is not ended, and the server stays up.
  await quiet(2 * silentMs);
  expect(upstream.callsOf("flood").filter(({ isClosed }) => isClosed)).toEqual([]);
  expect(await hub.inFlight(id)).toBe(3 * most);
  expect(hub.status(id)).toBe("up");
  expect(await echoed()).toBe("{}");
}

describe.concurrent("callers that do not read what a server sends", () => {
  for (const clientEra of eras)
    for (const serverEra of eras)
      test(`keep no place at it, at the endpoint of all servers and at its own: ${clientEra} clients, a ${serverEra} server`, async () => {
        const hub = await TestHub.start({ budgets: { callsInFlight: most } });
        await Promise.all([
          keepNoPlace(hub, clientEra, serverEra, "one"),
          keepNoPlace(hub, clientEra, serverEra, "two"),
        ]);
      });
});
