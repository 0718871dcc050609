import type { IncomingMessage, ServerResponse } from "node:http";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  metaKey,
  type Payload,
  TestHub,
  textOf,
  textResult,
  tool,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const offered = (capabilities: Payload) => [
  tool("plain"),
  ...(capabilities.sampling === undefined ? [] : [tool("ask_model")]),
  ...(capabilities.elicitation === undefined ? [] : [tool("ask_person")]),
];

/** Offers some tools only to clients that can be asked, as servers of 2025 do once a session is open. */
class ChoosyLegacy extends LegacyUpstream {
  override handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    const session = this.sessions.get(String(request.headers["mcp-session-id"]));
    this.offer.tools = offered(session?.capabilities ?? {});
    super.handle(message, request, response);
  }
}

/** The same, by what each request says. */
class ChoosyModern extends ModernUpstream {
  override handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    const said = message.params?._meta?.[metaKey("clientCapabilities")];
    this.offer.tools = offered((said ?? {}) as Payload); // as the revision says
    super.handle(message, request, response);
  }
}

const names = ({ result }: Message) =>
  ((result?.tools ?? []) as readonly Payload[]).map(({ name }) => String(name)); // a list of tools

const capabilities = { sampling: {}, elicitation: {} };

describe("tools that a server offers only to clients that can be asked", () => {
  for (const era of ["legacy", "modern"] as const)
    test(`are listed and can be called, at a ${era} server`, async () => {
      const hub = await TestHub.start();
      const upstream = era === "legacy" ? new ChoosyLegacy({}) : new ChoosyModern({});
      upstream.on("ask_model", () => textResult("asked"));
      await hub.register("choosy", await upstream.start());
      const clients = [
        await LegacyClient.open(hub.url, { capabilities }),
        new ModernClient(hub.url, { capabilities }),
      ];
      for (const client of clients) {
        const listed = names(await client.ask("tools/list"));
        for (const name of ["plain", "ask_model", "ask_person"])
          expect(listed).toContain(`choosy__${name}`);
        expect(textOf((await client.call("choosy__ask_model").done).response)).toBe("asked");
      }
    });

  test("are called in the name of the client itself, which can do no more than it says", async () => {
    const hub = await TestHub.start();
    const upstream = await new ChoosyLegacy({}).start();
    upstream.on("plain", ({ sessionId }) =>
      textResult(JSON.stringify(upstream.sessions.get(sessionId ?? "")?.capabilities)),
    );
    await hub.register("choosy", upstream);
    const client = await LegacyClient.open(hub.url, { capabilities: {} });
    expect(textOf((await client.call("choosy__plain").done).response)).toBe("{}");
  });
});

describe("logs of a server that keeps no sessions", () => {
  async function withTalker() {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["talk"] });
    upstream.on("talk", (call) => {
      const wanted = call.params._meta?.[metaKey("logLevel")];
      // A server of the modern revision logs nothing that was not asked for.
      if (wanted !== undefined) call.log(`at ${String(wanted)}`, "error");
      return textResult("done");
    });
    await hub.register("new", upstream);
    return hub;
  }
  const logsOf = async (client: LegacyClient | ModernClient) => {
    const call = client.call("new__talk");
    await call.done;
    return call.named("notifications/message").map(({ params }) => params?.data);
  };

  test("reach a 2025 client that has set no level, and then from the level that it sets", async () => {
    const client = await LegacyClient.open((await withTalker()).url);
    expect(await logsOf(client)).toEqual(["at debug"]);
    await client.ask("logging/setLevel", { level: "warning" });
    expect(await logsOf(client)).toEqual(["at warning"]);
  });

  test("stay away from a client of 2026-07-28 that names no level", async () => {
    expect(await logsOf(new ModernClient((await withTalker()).url))).toEqual([]);
  });
});
