import { setImmediate as nextTurn } from "node:timers/promises";
import { BudgetBook, type Entry } from "@hub/core";
import type { UpstreamDialer, UpstreamReceiver, UpstreamRequest } from "@hub/core/upstream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TestCatalogue } from "../../test/support/catalogue.js";
import { defaultLimits } from "../limits.js";
import type { GatewayContext } from "../upstream/context.js";
import { Instances } from "../upstream/instances.js";
import { messageLimits } from "../wire/message-limits.js";
import { ClientIdentity } from "./client-identity.js";
import { ServerSessions } from "./server-sessions.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

class LegacyCatalogue extends TestCatalogue {
  override get(id: string): Entry | undefined {
    const entry = super.get(id);
    if (entry?.snapshot === undefined) return undefined;
    return { ...entry, snapshot: { ...entry.snapshot, era: "legacy" } };
  }
}

type Message = { readonly id?: number; readonly method?: string };

/** A 2025 server that takes its time for each handshake, and forgets sessions. */
class SlowServer implements UpstreamDialer {
  readonly #held: ((status: number) => void)[] = [];
  #opened = 0;
  isForgetful = false;
  /** How many began. */
  handshakes = 0;

  send(_url: string, request: UpstreamRequest, receiver: UpstreamReceiver) {
    const { id, method } = JSON.parse(String(request.body ?? "{}")) as Message;
    const answer = (status: number, result?: object, headers?: Record<string, string>) => {
      receiver.onHead(status, { "content-type": "application/json", ...headers });
      if (result !== undefined)
        receiver.onData(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, result })));
      receiver.onEnd();
    };
    if (method === "initialize") {
      this.handshakes += 1;
      this.#held.push((status) => {
        if (status !== 200) return answer(status);
        this.#opened += 1;
        const serverInfo = { name: "old", version: "1" };
        const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo };
        answer(200, result, { "mcp-session-id": `own-${this.#opened}` });
      });
    } else if (request.method === "GET") queueMicrotask(() => answer(405));
    else if (this.isForgetful) queueMicrotask(() => answer(404));
    else if (id === undefined) queueMicrotask(() => answer(202));
    else queueMicrotask(() => answer(200, {}));
    return { abort() {}, pause() {}, resume() {} };
  }

  /** Ends one of the handshakes that are under way. */
  settle(which: "first" | "last", status: number): void {
    (which === "first" ? this.#held.shift() : this.#held.pop())?.(status);
  }
}

/** The sessions of one client at one of several hubs. Its store, and the hub of its stream, can take their time. */
function start() {
  const catalogue = new LegacyCatalogue();
  catalogue.put("old", {});
  const entry = catalogue.get("old");
  if (entry === undefined) throw new Error("It was just put there.");
  const budgets = new BudgetBook();
  const limits = defaultLimits;
  const server = new SlowServer();
  // Sessions with servers ask for nothing else of what a gateway has.
  const context = {
    catalogue,
    budgets,
    limits,
    dialer: server,
    instances: new Instances(limits, budgets, catalogue),
    serverMessages: messageLimits(budgets, limits.callTimeoutMs).ofServers,
  } as unknown as GatewayContext;
  const waiting: (() => void)[] = [];
  const later = () => new Promise<void>((resolve) => waiting.push(resolve));
  /** Sessions with the server that the hub of the stream hears. */
  const heard = new Set<string | undefined>();
  const sessions = new ServerSessions({
    context,
    peer: "127.0.0.1",
    identity: new ClientIdentity("2025-11-25", {}, { name: "client", version: "1" }),
    via: undefined,
    logLevel: () => undefined,
    isHeard: () => false,
    isRunning: () => false,
    onOutside: () => undefined,
    onChange: later,
    onOpened: async (serverId) => {
      const told = sessions.links.get(serverId)?.kept?.sessionId;
      await later();
      heard.add(told);
    },
    onForgotten: () => undefined,
  });
  const drop = () => {
    const link = sessions.links.get("old");
    if (link !== undefined) sessions.drop("old", link);
  };
  let joined = 0;
  const join = () => {
    joined += 1;
    const [instance] = entry.instances;
    const kept = {
      serverId: "old",
      instanceId: instance?.record.id ?? "",
      sessionId: `joined-${joined}`,
      protocolVersion: "2025-11-25",
      canLog: false,
    };
    sessions.join([kept]);
  };
  let calls = 0;
  const failures: unknown[] = [];
  const sentUnheard: string[] = [];
  const call = async () => {
    calls += 1;
    try {
      const session = await sessions.with(entry);
      const link = session.kind === "legacy" ? session.link : undefined;
      const kept = link?.kept?.sessionId;
      // One that was dropped meanwhile is not called, or in vain.
      const isCurrent = link !== undefined && sessions.links.get("old") === link;
      if (isCurrent && !heard.has(kept)) sentUnheard.push(String(kept));
    } catch (error) {
      failures.push(error);
    } finally {
      calls -= 1;
    }
  };
  return {
    server,
    sentUnheard,
    failures,
    openCalls: () => calls,
    call: () => void call(),
    join,
    drop,
    passOn: () => waiting.shift()?.(),
  };
}

type Run = ReturnType<typeof start>;

const steps = {
  call: ({ call }: Run) => call(),
  join: ({ join }: Run) => join(),
  drop: ({ drop }: Run) => drop(),
  "finish the first": ({ server }: Run) => server.settle("first", 200),
  "finish the last": ({ server }: Run) => server.settle("last", 200),
  "fail the first": ({ server }: Run) => server.settle("first", 500),
  "fail the last": ({ server }: Run) => server.settle("last", 500),
  "forget sessions": ({ server }: Run) => {
    server.isForgetful = true;
  },
  "know sessions": ({ server }: Run) => {
    server.isForgetful = false;
  },
  "store or tell": ({ passOn }: Run) => passOn(),
};

type Step = keyof typeof steps;

/** Plays it, then lets all that is under way end well. */
async function play(script: readonly Step[]): Promise<Run> {
  const run = start();
  for (const step of script) {
    steps[step](run);
    await nextTurn();
  }
  run.server.isForgetful = false;
  // Each turn ends something: a call that is open after so many waits for what will not come.
  for (let turn = 0; turn < 20 * (script.length + 1) && run.openCalls() > 0; turn += 1) {
    run.server.settle("first", 200);
    run.passOn();
    await nextTurn();
  }
  return run;
}

test.each<{ readonly end: Step }>([{ end: "finish the last" }, { end: "fail the last" }])(
  "an opening does not wait for itself: $end",
  async ({ end }) => {
    // What was joined while a handshake is held is lost, and the next call begins another one.
    const run = await play(["call", "join", "drop", "call", "finish the first", end]);
    expect(run.openCalls()).toBe(0);
    expect(run.failures).toEqual([]);
  },
);

test("an opening that fails leaves alone the one that another call waits for", async () => {
  const run = await play(["call", "join", "drop", "call", "fail the first", "call"]);
  expect([run.openCalls(), run.failures.length]).toEqual([0, 1]);
  // The third call opened none of its own.
  expect(run.server.handshakes).toBe(2);
});

test("a session of another hub is heard before it is called, whoever calls first", async () => {
  const { sentUnheard, openCalls } = await play(["join", "call", "call"]);
  expect([openCalls(), sentUnheard]).toEqual([0, []]);
});

test("every call comes to an end, and none to a server that is not heard, in whatever order things happen", async () => {
  const script = fc.array(fc.constantFrom(...(Object.keys(steps) as Step[])), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(script, async (given) => {
      const { openCalls, sentUnheard } = await play(given);
      expect([openCalls(), sentUnheard]).toEqual([0, []]);
    }),
    { numRuns },
  );
});
