import type { ServerResponse } from "node:http";
import { defaultBudgets } from "@hub/core/limits";
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
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const eras = ["legacy", "modern"] as const;
type Era = (typeof eras)[number];

const healthy = Array.from({ length: 9 }, (_, one) => `healthy-${one}`);
const everyTool = [...healthy, "hanging"].map((name) => `${name}__echo`).sort();
const mostInFlight = defaultBudgets.callsInFlight;
/** Calls that hang at the server itself, in line for it, and on their way to a session with it. */
const stuckCalls = mostInFlight + 16;

/** No call ends by itself while the test runs: what is stuck stays so until it is let go. */
const limits = { callTimeoutMs: 600_000, handshakeMs: 600_000 };

function startUpstream(era: Era): Promise<Upstream> {
  return (era === "legacy" ? LegacyUpstream : ModernUpstream).start();
}

async function connect(hub: TestHub, era: Era): Promise<LegacyClient | ModernClient> {
  return era === "legacy" ? LegacyClient.open(hub.url) : new ModernClient(hub.url);
}

/** A hub with ten servers of both eras, one of which can be made to hang. */
async function withTen(hangingEra: Era) {
  const hub = await TestHub.start({ limits });
  const hanging = await startUpstream(hangingEra);
  await hub.register("hanging", hanging);
  for (const [one, name] of healthy.entries())
    await hub.register(name, await startUpstream(one % 2 === 0 ? "legacy" : "modern"));
  return { hub, hanging };
}

/** From now on it accepts every request, probes and handshakes too, and answers none. */
function hang(upstream: Upstream) {
  const held: ServerResponse[] = [];
  upstream.intercept = (_, response) => held.push(response) > 0;
  return {
    held,
    letGo: () => {
      upstream.intercept = undefined;
      upstream.on("echo", () => textResult("late"));
      for (const response of [...held, ...upstream.calls.map((call) => call.response)])
        response.destroy();
    },
  };
}

/** Waits for all; says what it waited for when one never comes. */
async function allOf<T>(what: string, promises: readonly Promise<T>[]): Promise<T[]> {
  let left = promises.length;
  for (const one of promises) one.finally(() => (left -= 1)).catch(() => undefined);
  await until(what, () => left === 0);
  return Promise.all(promises);
}

/** The servers' tools a list shows, and those of servers it says are missing from it. */
function accountedFor({ result = {} }: Message): string[] {
  const tools = (result.tools ?? []) as readonly Payload[]; // as MCP says
  const meta = (result._meta ?? {}) as Payload;
  const missing = (meta["mcp-hub/missing"] ?? []) as readonly Payload[]; // as the hub promises
  const names = tools.map(({ name }) => String(name)).filter((name) => !name.startsWith("hub__"));
  return [...new Set([...names, ...missing.map(({ server }) => `${server}__echo`)])].sort();
}

describe("one of ten servers hangs", () => {
  for (const clientEra of eras)
    for (const hangingEra of eras)
      test(`a ${clientEra} client, a ${hangingEra} server: lists and calls to the others come while more than its limit are stuck`, async () => {
        const { hub, hanging } = await withTen(hangingEra);
        const client = await connect(hub, clientEra);
        let settled = 0;
        const stuck: Promise<unknown>[] = [];
        const callHanging = () => {
          const { done } = client.call("hanging__echo");
          done.finally(() => (settled += 1)).catch(() => undefined);
          stuck.push(done);
        };
        const allCame = async () => (await hub.inFlight("hanging")) === stuck.length;

        // First its tool gives no more answers, to more calls than it has places for.
        hanging.on("echo", () => undefined);
        for (let one = 0; one < mostInFlight + 8; one += 1) callHanging();
        await until("its places to be taken", () => hanging.calls.length === mostInFlight);
        await until("the others to stand in line", allCame);
        // Then nothing of it does: neither to more calls nor to being probed and read anew.
        const { held, letGo } = hang(hanging);
        while (stuck.length < stuckCalls) callHanging();
        const probe = hub.rest("POST", "/servers/hanging/probe").catch(() => undefined);
        await until("all calls to it to have come", allCame);
        await until("the probe to hang", () => held.length > 0);

        // As many to each of the others as it has places, all at once; and by somebody who comes only now.
        const late = await connect(hub, clientEra);
        const asked = [client, late].flatMap((who) =>
          healthy.flatMap((name) =>
            Array.from({ length: mostInFlight / 2 }, (_, one) => ({ who, name, given: { one } })),
          ),
        );
        const [calls, lists] = await Promise.all([
          allOf(
            "the calls to the nine others",
            asked.map(({ who, name, given }) => who.call(`${name}__echo`, given).done),
          ),
          allOf(
            "the lists",
            [client, late, client, late].map((who) => who.ask("tools/list")),
          ),
        ]);

        // Ordering, not speed, is the proof: nothing of the hanging server has ended before all of that.
        expect(settled).toBe(0);
        expect(await hub.inFlight("hanging")).toBe(stuckCalls);
        for (const [index, { response }] of calls.entries())
          expect(textOf(response)).toBe(JSON.stringify(asked[index]?.given));
        for (const list of lists) expect(accountedFor(list)).toEqual(everyTool);

        letGo();
        await allOf("the stuck calls to end", stuck);
        await probe;
        expect(settled).toBe(stuckCalls);
        await until("nothing to be left", async () => (await hub.inFlight("hanging")) === 0);
        expect(hub.errors).toEqual([]);
      });
});

describe("a 2025 server that hangs", () => {
  /** Where it stops answering, by what is in a request. */
  const stages = [
    "initialize",
    "notifications/initialized",
    "GET",
    "logging/setLevel",
    "tools/call",
  ] as const;
  const callsInFlight = 4;

  /** It answers until it is asked this, and never again. Counts the requests it has open. */
  function hangAt(upstream: Upstream, stage: (typeof stages)[number]) {
    const seen = { open: 0, most: 0, hasHung: false };
    upstream.intercept = (request, response) => {
      // The hub's own connection, which hears of changes, is there all the time.
      seen.open += 1;
      seen.most = Math.max(seen.most, seen.open);
      response.on("close", () => {
        seen.open -= 1;
      });
      if (request.method !== "POST") return request.method === stage || seen.hasHung;
      const handle = upstream.handle.bind(upstream);
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        const message: Message = JSON.parse(body);
        if (message.method === stage) seen.hasHung = true;
        const isDeaf = seen.hasHung && message.method === "notifications/cancelled";
        if (message.method !== stage && !isDeaf) handle(message, request, response);
      });
      return true;
    };
    return seen;
  }

  for (const stage of stages)
    test(`at ${stage} is not connected to more often than calls may be in flight, and all is given back`, async () => {
      const hub = await TestHub.start({
        budgets: { callsInFlight },
        limits: { callTimeoutMs: 600_000, handshakeMs: 400 },
      });
      const upstream = await LegacyUpstream.start({ capabilities: { tools: {}, logging: {} } });
      await hub.register("old", upstream);
      const seen = hangAt(upstream, stage);
      const client = new ModernClient(hub.url, { capabilities: { elicitation: { form: {} } } });
      const logLevel = { _meta: { [metaKey("logLevel")]: "debug" } };
      for (let wave = 0; wave < 4; wave += 1) {
        const calls = Array.from({ length: 60 }, (_, one) =>
          client.call("old__echo", { one }, logLevel),
        );
        await until("the first to be stuck", () => seen.open >= callsInFlight);
        await until("all to have come", async () => (await hub.inFlight("old")) > callsInFlight);
        for (const call of calls) call.close();
        await until("nothing to be left", async () => (await hub.inFlight("old")) === 0);
      }
      await until("all connections to be closed", () => seen.open === 0);
      // A call, its stream, the words that end them, and some that the hub has closed a moment ago.
      expect(seen.most).toBeLessThanOrEqual(6 * callsInFlight);
      upstream.intercept = undefined;
      upstream.on("echo", () => textResult("well again"));
      await until("it to be well", async () => {
        const { response } = await client.call("old__echo").done;
        return response.result !== undefined && textOf(response) === "well again";
      });
    });
});
