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
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const eras = ["legacy", "modern"] as const;
type Era = (typeof eras)[number];
const most = 2;
const callTimeoutMs = 3_000;
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

describe("callers that do not read what a server sends", () => {
  for (const clientEra of eras)
    for (const serverEra of eras)
      for (const path of ["/mcp", "/servers/one/mcp"])
        test(`keep no place at it: ${clientEra} clients, a ${serverEra} server, at ${path}`, async () => {
          const hub = await TestHub.start({
            budgets: { callsInFlight: most },
            limits: { callTimeoutMs },
          });
          const upstream = await startUpstream(serverEra);
          upstream.on("flood", flood);
          await hub.register("one", upstream);
          const prefix = path === "/mcp" ? "one__" : "";
          const silent = Array.from({ length: 3 * most }, async () => {
            const client = await connect(hub, clientEra, path);
            const name = `${prefix}flood`;
            const wantsLogs = { _meta: { [metaKey("logLevel")]: "info" } };
            const call = client.call(name, {}, wantsLogs);
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
          await quiet(2 * callTimeoutMs);
          expect(upstream.callsOf("flood").filter(({ isClosed }) => isClosed)).toEqual([]);
          expect(await hub.inFlight("one")).toBe(3 * most);
          expect(hub.status("one")).toBe("up");
          expect(await echoed()).toBe("{}");
        });
});
