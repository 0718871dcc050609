import type { ServerResponse } from "node:http";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  metaKey,
  type Payload,
  SseUpstream,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** From now on every answer comes on a stream that the server does not end. Returns those that are open. */
function neverEnd(upstream: Upstream): ReadonlySet<ServerResponse> {
  const open = new Set<ServerResponse>();
  upstream.intercept = (_, response) => {
    const writeHead = response.writeHead.bind(response);
    response.on("close", () => open.delete(response));
    // Only what the servers of these tests call.
    Object.assign(response, {
      writeHead: (status: number, headers: Payload = {}) => {
        writeHead(status, { ...(headers as object), "content-type": "text/event-stream" });
        response.flushHeaders();
        return response;
      },
      end: (text?: string) => {
        const isEvent = text === undefined || text === "Accepted";
        response.write(isEvent ? ":\n\n" : `data: ${text}\n\n`);
        if (!response.closed) open.add(response);
        return response;
      },
    });
    return false;
  };
  return open;
}

const rounds = 20;
const capabilities = { elicitation: { form: {} }, roots: {} };
const onAsked = () => ({ action: "accept", content: {} });
const offer = {
  tools: ["echo", "asks"],
  resources: [{ uri: "test://a", name: "a" }],
};

/** Everything that makes the hub send something to a server, by clients of both revisions. */
async function useAll(hub: TestHub): Promise<void> {
  const logLevel = { _meta: { [metaKey("logLevel")]: "debug" } };
  const modern = new ModernClient(hub.url, { capabilities });
  for (let round = 0; round < rounds; round += 1) {
    const given = JSON.stringify({ round });
    const call = modern.call("one__echo", { round }, logLevel);
    // Between a client and a server of 2026-07-28 it is the client's to close what does not end.
    const answer = await until("an answer", () => call.messages.find(({ result }) => result));
    call.close();
    expect(textOf(answer)).toBe(given);
    const legacy = await LegacyClient.open(hub.url, { capabilities, onAsked });
    const stream = await legacy.listen();
    await legacy.ask("logging/setLevel", { level: "debug" });
    expect(textOf((await legacy.call("one__echo", { round }).done).response)).toBe(given);
    expect(textOf((await legacy.call("one__asks").done).response)).toBe("accept");
    await legacy.ask("resources/subscribe", { uri: "test://a" });
    await legacy.ask("resources/unsubscribe", { uri: "test://a" });
    await legacy.ask("resources/read", { uri: `test://unlisted/${round}` });
    await legacy.notify("notifications/roots/list_changed");
    const taken = legacy.call("one__hangs", {}, { id: 1_000 + round });
    taken.close();
    stream.close();
    await legacy.end();
  }
}

const servers = {
  "a 2025 server": () => LegacyUpstream.start(offer),
  "a 2025 server over HTTP+SSE": () => SseUpstream.start(offer),
  "a 2026 server": () => ModernUpstream.start(offer),
} as const;

describe("answers that their server never ends", () => {
  for (const [what, start] of Object.entries(servers))
    test(`of ${what} keep no connection, whatever was asked`, async () => {
      const hub = await TestHub.start({ limits: { handshakeMs: 1_500 } });
      const upstream = await start();
      upstream.on("asks", async (call) => {
        if (!(upstream instanceof ModernUpstream))
          return textResult(
            String((await call.ask("elicitation/create", { message: "?" })).action),
          );
        const { inputResponses } = call.params as { inputResponses?: { key: Payload } }; // as asked
        if (inputResponses !== undefined) return textResult(String(inputResponses.key.action));
        const key = { method: "elicitation/create", params: { mode: "form", message: "?" } };
        return { resultType: "input_required", inputRequests: { key }, requestState: "" };
      });
      await hub.register("one", upstream);
      const open = neverEnd(upstream);
      await useAll(hub);
      // The hub's own stream is none of them.
      await until("all to be closed", () => open.size === 0);
      expect(hub.errors).toEqual([]);
    });
});
