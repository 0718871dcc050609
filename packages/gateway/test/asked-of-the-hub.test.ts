import type { ServerResponse } from "node:http";
import {
  closeAll,
  gate,
  interceptMessages,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  SseUpstream,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const repliesWaiting = 40;
/** What the hub sends to one instance at the same time. */
const mostAtOnce = 16;
const flood = 3_000;

/** The server takes what the hub itself answers to questions named `flood-...`, and says nothing. */
function holdReplies(upstream: Upstream) {
  const held: ServerResponse[] = [];
  const seen = { replies: 0, letGo: () => {} };
  let isHolding = true;
  seen.letGo = () => {
    isHolding = false;
    for (const response of held.splice(0)) response.writeHead(202).end();
  };
  interceptMessages(upstream, (message, response) => {
    if (message.method !== undefined || !String(message.id).startsWith("flood-")) return false;
    seen.replies += 1;
    if (isHolding) held.push(response);
    else response.writeHead(202).end();
    return true;
  });
  return seen;
}

/** Many questions in one write. */
function floodOf(method: string, count: number): string {
  let text = "";
  for (let one = 0; one < count; one += 1)
    text += `data: ${JSON.stringify({ jsonrpc: "2.0", id: `flood-${one}`, method })}\n\n`;
  return text;
}

const offer = {
  tools: ["floods", "echo"],
  resources: [{ uri: "test://a", name: "a" }],
};
const servers = {
  "streamable HTTP": () => LegacyUpstream.start(offer),
  "HTTP+SSE": () => SseUpstream.start(offer),
} as const;

for (const [transport, start] of Object.entries(servers))
  describe(`a server over ${transport} that asks the hub without end`, () => {
    const prepare = async () => {
      const hub = await TestHub.start({ budgets: { repliesWaiting } });
      const upstream = await start();
      await hub.register("one", upstream);
      const follower = await LegacyClient.open(hub.url);
      await follower.ask("resources/subscribe", { uri: "test://a" });
      const isHeard = () => upstream.count("POST resources/subscribe") === 1;
      await until("the hub to listen", isHeard);
      const held = holdReplies(upstream);
      const stream = [...upstream.sessions.values()].at(-1)?.stream;
      if (stream === undefined) throw new Error("the hub does not listen");
      return { hub, upstream, held, stream };
    };

    test("on its stream of changes loses that, with one line in the log, and few answers are under way", async () => {
      const { hub, held, stream } = await prepare();
      stream.write(floodOf("ping", flood));
      await until("the stream to end", () => stream.destroyed);
      await until("answers to come", () => held.replies === mostAtOnce);
      expect(hub.warnings).toContainEqual(
        expect.objectContaining({
          event: "list-stream-refused",
          server: "one",
          reason: expect.stringContaining("MCP_HUB_MAX_REPLIES_WAITING"),
        }),
      );
      const { used, refused } = await hub.budget("repliesWaiting");
      expect(used).toBeLessThanOrEqual(repliesWaiting);
      expect(refused).toBe(1);
      expect(held.replies).toBe(mostAtOnce);
      held.letGo();
      // What was asked before it was too much is answered.
      const allowed = mostAtOnce + repliesWaiting / 2;
      await until("what waits to go", () => held.replies >= allowed);
      expect((await hub.budget("repliesWaiting")).used).toBe(0);
      expect(held.replies).toBeLessThanOrEqual(mostAtOnce + repliesWaiting);
      expect(textOf((await new ModernClient(hub.url).call("one__echo").done).response)).toBe("{}");
    });

    for (const era of ["2025", "2026"] as const)
      for (const method of ["ping", "roots/list"])
        test(`with ${method} in the middle of a call of a ${era} client fails that, and the next is well`, async () => {
          const { hub, upstream, held } = await prepare();
          upstream.on("floods", (call) => {
            if (!call.response.headersSent && transport !== "HTTP+SSE")
              call.response.writeHead(200, { "content-type": "text/event-stream" });
            call.response.write(floodOf(method, flood));
            return undefined;
          });
          const client =
            era === "2025" ? await LegacyClient.open(hub.url) : new ModernClient(hub.url);
          const { response } = await client.call("one__floods").done;
          expect(response.error).toMatchObject({
            code: -31_029,
            message: expect.stringContaining("MCP_HUB_MAX_REPLIES_WAITING"),
            data: { hubError: "TOO_MANY_ASKED", mayHaveRun: true },
          });
          expect(held.replies).toBeLessThanOrEqual(mostAtOnce);
          expect((await hub.budget("repliesWaiting")).used).toBeLessThanOrEqual(repliesWaiting);
          expect(textOf((await client.call("one__echo").done).response)).toBe("{}");
          expect(await hub.inFlight("one")).toBe(0);
        });

    test("delays neither what a client answers nor what it takes back", async () => {
      const { hub, upstream, held } = await prepare();
      upstream.on("floods", async (call) => {
        call.send({});
        call.response.write(floodOf("ping", mostAtOnce + repliesWaiting / 4));
        const { action } = await call.ask("elicitation/create", { message: "Go on?" });
        return textResult(String(action));
      });
      upstream.on("echo", () => undefined);
      const options = {
        capabilities: { elicitation: {} },
        onAsked: () => ({ action: "accept", content: {} }),
      };
      const client = await LegacyClient.open(hub.url, options);
      const { response } = await client.call("one__floods").done;
      expect(textOf(response)).toBe("accept");
      await until("some answers", () => held.replies === mostAtOnce);
      const call = client.call("one__echo", {}, { id: 77_777 });
      await until("it to run", () => upstream.callsOf("echo").length === 1);
      await client.notify("notifications/cancelled", { requestId: 77_777 });
      await until("it to be cancelled", () => upstream.callsOf("echo")[0]?.isCancelled);
      await call.done;
      expect(held.replies).toBe(mostAtOnce);
    });

    test("a hundred times at once is answered a hundred times", async () => {
      const hub = await TestHub.start();
      const upstream = await start();
      const held = holdReplies(upstream);
      held.letGo();
      await hub.register("one", upstream);
      const all = gate();
      upstream.on("floods", async (call) => {
        call.send({});
        call.response.write(floodOf("ping", 100));
        await all.opened;
        return textResult("done");
      });
      const { done } = new ModernClient(hub.url).call("one__floods");
      await until("all answers", () => held.replies === 100);
      all.open();
      expect(textOf((await done).response)).toBe("done");
    });
  });
