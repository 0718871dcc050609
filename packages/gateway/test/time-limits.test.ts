import type { ServerResponse } from "node:http";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const callTimeoutMs = 500;
const eras = ["legacy", "modern"] as const;

function startUpstream(era: "legacy" | "modern", tools: readonly string[]): Promise<Upstream> {
  const options = { tools, capabilities: { tools: {} } };
  return era === "legacy" ? LegacyUpstream.start(options) : ModernUpstream.start(options);
}

async function withEvil(era: "legacy" | "modern") {
  // With a 2025 server a session is opened first, for which the hub's own limit counts: a busy machine may take longer.
  const isLegacy = era === "legacy";
  const hub = await TestHub.start({ limits: isLegacy ? {} : { callTimeoutMs } });
  const evil = await startUpstream(era, ["evil"]);
  await hub.register("evil", evil);
  if (isLegacy) await hub.rest("PATCH", "/servers/evil", { callTimeoutMs });
  return { hub, evil };
}

describe("time limits", () => {
  for (const era of eras) {
    test(`a ${era} server that sends progress may take longer than one that is silent, and a silent one hears that it was cancelled`, async () => {
      const { hub, evil } = await withEvil(era);
      const client = await LegacyClient.open(hub.url);
      evil.on("evil", async (call) => {
        for (let step = 0; step < 6; step += 1) {
          await new Promise((resolve) => setTimeout(resolve, callTimeoutMs / 3));
          call.progress(step);
        }
        return textResult("done");
      });
      const slow = client.call("evil__evil", {}, { _meta: { progressToken: 1 } });
      expect(textOf((await slow.done).response)).toBe("done");
      evil.on("evil", () => undefined);
      const { response } = await client.call("evil__evil").done;
      expect(response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT", mayHaveRun: true });
      const call = evil.calls.at(-1);
      await until("the server to hear of it", () => call?.isCancelled || call?.isClosed);
    });
  }

  test("the time a person takes to answer does not count", async () => {
    const { hub, evil } = await withEvil("legacy");
    evil.on("evil", async (call) => {
      await call.ask("elicitation/create", { mode: "form", message: "?" });
      return textResult("done");
    });
    const asked: Message[] = [];
    const client = await LegacyClient.open(hub.url, {
      capabilities: { elicitation: {} },
      onAsked: (question) => {
        asked.push(question);
        return undefined;
      },
    });
    const call = client.call("evil__evil");
    await until("the question", () => asked.length === 1);
    await new Promise((resolve) => setTimeout(resolve, callTimeoutMs * 2));
    await client.answer(asked[0]?.id, { action: "decline" });
    expect(textOf((await call.done).response)).toBe("done");
  });

  test("progress without end meets the cap", async () => {
    const hub = await TestHub.start({ limits: { callTimeoutMs: 200, callCapMs: 500 } });
    const upstream = await startUpstream("modern", ["evil"]);
    upstream.on("evil", (call) => {
      const timer = setInterval(() => call.progress(1), 30);
      call.response.on("close", () => clearInterval(timer));
      return undefined;
    });
    await hub.register("evil", upstream);
    const client = await LegacyClient.open(hub.url);
    const { response } = await client.call("evil__evil", {}, { _meta: { progressToken: 1 } }).done;
    expect(response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT" });
  });

  test("after a server ran into the limit the next call fails at once, until a probe finds it well", async () => {
    const { hub, evil } = await withEvil("modern");
    const client = new ModernClient(hub.url);
    // Nothing at all comes from it any more.
    let hangs = true;
    const hung = new Set<ServerResponse>();
    let calls = 0;
    evil.intercept = (request, response) => {
      if (request.headers["mcp-method"] === "tools/call") calls += 1;
      if (hangs) hung.add(response);
      return hangs;
    };
    const first = await client.call("evil__evil").done;
    expect(first.response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT" });
    const second = await client.call("evil__evil").done;
    // At once: nobody was asked.
    expect(calls).toBe(1);
    expect(second.response.error?.data).toMatchObject({
      hubError: "SERVER_UNAVAILABLE",
      mayHaveRun: false,
    });
    hangs = false;
    for (const response of hung) response.destroy();
    evil.on("evil", () => textResult("well again"));
    await hub.rest("POST", "/servers/evil/probe");
    await until("it to be called again", async () => {
      const { response } = await client.call("evil__evil").done;
      return response.result !== undefined && textOf(response) === "well again";
    });
  });
});
