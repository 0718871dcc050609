import {
  closeAll,
  closeLater,
  gate,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  metaKey,
  modernVersion,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const eras = ["legacy", "modern"] as const;
type Era = (typeof eras)[number];

const start = (era: Era, tools: readonly string[]): Promise<Upstream> =>
  (era === "legacy" ? LegacyUpstream : ModernUpstream).start({ tools });

const connect = async (hub: TestHub, era: Era, path: string) =>
  era === "legacy" ? LegacyClient.open(hub.url, { path }) : new ModernClient(hub.url, { path });

const openStream = ({ response }: UpstreamCall) =>
  response.writeHead(200, { "content-type": "text/event-stream" });

/** What came on a call's stream before its answer. */
const beforeAnswer = (text: string) => text.slice(0, text.indexOf('"result"'));

describe("signs of life of a server in the middle of a call", () => {
  for (const clientEra of eras)
    for (const serverEra of eras)
      for (const path of ["/mcp", "/servers/one/mcp"])
        test(`reach a ${clientEra} client of a ${serverEra} server at ${path}`, async () => {
          const hub = await TestHub.start();
          const upstream = await start(serverEra, ["long"]);
          upstream.on("long", (call) => {
            openStream(call).write(": still at it\r\n\r\n");
            return textResult("done");
          });
          await hub.register("one", upstream);
          const client = await connect(hub, clientEra, path);
          const call = client.call(path === "/mcp" ? "one__long" : "long");
          const { text, response } = await call.done;
          expect(textOf(response)).toBe("done");
          expect(beforeAnswer(text)).toMatch(/^:/m);
        });

  for (const clientEra of eras)
    test(`are also its pings, which the hub answers itself, for a ${clientEra} client`, async () => {
      const hub = await TestHub.start();
      const upstream = await start("legacy", ["long"]);
      upstream.on("long", async (call) => {
        await call.ask("ping");
        return textResult("done");
      });
      await hub.register("one", upstream);
      const { text, response } = await (await connect(hub, clientEra, "/mcp")).call("one__long")
        .done;
      expect(textOf(response)).toBe("done");
      expect(beforeAnswer(text)).toMatch(/^:/m);
    });

  test("do not pile up for a client that does not read them", async () => {
    const hub = await TestHub.start({ budgets: { streamBytes: 65_536 } });
    const upstream = await start("legacy", ["flood", "echo"]);
    let sent = 0;
    upstream.on("flood", (call) => {
      const response = openStream(call);
      const write = () => {
        while (!response.destroyed && response.write(":\n\n".repeat(1_000))) sent += 1;
      };
      response.on("drain", write);
      write();
      return undefined;
    });
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url);
    const call = client.call("one__flood");
    call.pause();
    closeLater(() => call.close());
    await until("much to be sent", () => sent > 5_000);
    expect((await hub.budget("waitingBytes")).used).toBeLessThan(1_000_000);
    expect(textOf((await client.call("one__echo").done).response)).toBe("{}");
  });
});

describe("a call's stream on which its server says nothing", () => {
  for (const [clientEra, serverEra] of [
    ["legacy", "legacy"],
    ["modern", "legacy"],
  ] as const)
    test(`gets a comment of the hub's now and then: a ${clientEra} client of a ${serverEra} server`, async () => {
      const hub = await TestHub.start({ limits: { keepAliveMs: 50 } });
      const upstream = await start(serverEra, ["long"]);
      const { opened, open } = gate();
      upstream.on("long", async (call) => {
        call.progress(1);
        await opened;
        return textResult("done");
      });
      await hub.register("one", upstream);
      const name = "one__long";
      const headers = {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      };
      const meta = {
        progressToken: 1,
        ...(clientEra === "modern"
          ? {
              [metaKey("protocolVersion")]: modernVersion,
              [metaKey("clientCapabilities")]: {},
              [metaKey("clientInfo")]: { name: "c", version: "1" },
            }
          : {}),
      };
      const session =
        clientEra === "legacy"
          ? { "mcp-session-id": (await LegacyClient.open(hub.url)).sessionId }
          : {
              "mcp-protocol-version": modernVersion,
              "mcp-method": "tools/call",
              "mcp-name": name,
            };
      const params = { name, arguments: {}, _meta: meta };
      const response = await fetch(`${hub.url}/mcp`, {
        method: "POST",
        headers: { ...headers, ...session },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
      });
      let text = "";
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString("utf8");
        if (/^:/m.test(text)) open();
      }
      expect(beforeAnswer(text)).toMatch(/^:/m);
      expect(text).toContain("done");
    });
});
