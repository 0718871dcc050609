import { HubClientError, type RegisterAnswer } from "@hub/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LeaseEvent, LeaseKeeper } from "./keep-lease.js";
import { createReporter } from "./report.js";
import type { Time } from "./time.js";

type Reply = "ok" | { readonly waitMs: number } | Partial<HubClientError>;

/** A hub that answers from a script, and time that passes only in sleeps. */
class World {
  readonly calls: { readonly at: number; readonly what: string }[] = [];
  readonly logs: { readonly at: number; readonly text: string }[] = [];
  /** The calls, counted from 1, that are heartbeats whose answer asks for the log. */
  readonly wantedBy = new Set<number>();
  hasLog = true;
  answerLog: () => void = () => {};
  readonly events: LeaseEvent[] = [];
  nowMs = 0;
  /** How much longer the next sleeps take on each clock than was asked for. */
  suspendMs = { monotonic: 0, wall: 0 };
  /** Happens once, in the middle of the next sleep. */
  duringSleep: () => void = () => {};
  randomValue = 0.5;
  heartbeatMs = 10_000;
  hasLease = true;
  /** The proof that each registration carried. */
  readonly proofs: (string | undefined)[] = [];
  /** Ends the run once this many calls were made. */
  maxCalls = 10;
  #wallMs = 1_700_000_000_000;
  readonly keeper: LeaseKeeper;

  constructor(readonly replies: (call: string, index: number) => Reply = () => "ok") {
    const time: Time = {
      monotonicMs: () => this.nowMs,
      wallMs: () => this.#wallMs,
      sleep: async (ms, signal) => {
        if (signal.aborted) return;
        const { duringSleep } = this;
        this.duringSleep = () => {};
        duringSleep();
        this.nowMs += ms + this.suspendMs.monotonic;
        this.#wallMs += ms + this.suspendMs.wall;
        this.suspendMs = { monotonic: 0, wall: 0 };
      },
    };
    const answer = (what: string): number | undefined => {
      this.calls.push({ at: this.nowMs, what });
      if (this.calls.length >= this.maxCalls) void this.keeper.leave(0);
      const reply = this.replies(what, this.calls.length - 1);
      if (reply === "ok") return undefined;
      if ("waitMs" in reply) return reply.waitMs;
      throw new HubClientError({ status: 0, code: "X", detail: "no", ...reply });
    };
    this.keeper = new LeaseKeeper({
      hub: {
        register: async (_registration, _signal, proof) => {
          this.proofs.push(proof);
          const retryAfterMs = answer("register");
          const id = `lease ${this.proofs.length}`;
          const lease = { id, ttlMs: 30_000, heartbeatMs: this.heartbeatMs };
          const registered = {
            server: { id: "s", name: "n" },
            instance: { id: "i" },
            warnings: [],
          };
          return {
            ...registered,
            ...(retryAfterMs !== undefined ? { retryAfterMs } : this.hasLease ? { lease } : {}),
          } as unknown as RegisterAnswer;
        },
        renew: async () => {
          answer("renew");
          const wantsLog = this.wantedBy.delete(this.calls.length);
          const renewed = { ttlMs: 30_000, heartbeatMs: this.heartbeatMs };
          return wantsLog ? { ...renewed, wantsLog } : renewed;
        },
        sendLog: async (_leaseId, text) => {
          this.logs.push({ at: this.nowMs, text });
          this.answerLog();
        },
        deregister: async () => {
          this.calls.push({ at: this.nowMs, what: "deregister" });
        },
      },
      time,
      random: () => this.randomValue,
      registration: () => ({ name: "n", transport: "streamable-http", endpoint: "http://x/mcp" }),
      heartbeat: () => ({}),
      logText: () => {
        if (!this.hasLog) throw new Error("no log");
        return `line ${this.logs.length}`;
      },
      report: (event) => this.events.push(event),
    });
  }

  async run(maxCalls = 10): Promise<this> {
    this.maxCalls = maxCalls;
    await this.keeper.run();
    return this;
  }

  get plan(): string[] {
    return this.calls.filter(({ what }) => what !== "deregister").map(({ what }) => what);
  }

  gaps(): number[] {
    const times = this.calls.filter(({ what }) => what !== "deregister").map(({ at }) => at);
    return times.slice(1).map((at, index) => at - (times[index] ?? 0));
  }
}

describe("keeping a lease", () => {
  test("registers, then beats at the hub's interval after a random first phase", async () => {
    const world = await new World().run(4);
    expect(world.plan).toEqual(["register", "renew", "renew", "renew"]);
    expect(world.gaps()).toEqual([5_000, 10_000, 10_000]);
  });

  test("the interval varies by 10 % and follows the hub", async () => {
    const world = new World();
    world.randomValue = 0;
    world.heartbeatMs = 20_000;
    expect((await world.run(3)).gaps()).toEqual([0, 18_000]);
  });

  test("tries for ever with growing pauses, never above 30 s", async () => {
    const world = new World(() => ({ status: 0 }));
    world.randomValue = 1;
    expect((await world.run(8)).gaps()).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000,
    ]);
  });

  test("404 to a heartbeat registers again within a second, with no backoff", async () => {
    const world = await new World((_call, index) => (index === 1 ? { status: 404 } : "ok")).run(4);
    expect(world.plan).toEqual(["register", "renew", "register", "renew"]);
    expect(world.gaps()[1]).toBe(500);
  });

  test.each([401, 403, 409, 422])("%i is tried again slowly", async (status) => {
    const world = await new World(() => ({ status })).run(4);
    expect(world.gaps()).toEqual([30_000, 30_000, 30_000]);
  });

  test("failed heartbeats are retried soon and do not register again", async () => {
    const world = await new World((call, index) =>
      call === "renew" && index < 4 ? { status: 500 } : "ok",
    ).run(6);
    expect(world.plan).toEqual(["register", "renew", "renew", "renew", "renew", "renew"]);
    expect(world.gaps().slice(1, 4)).toEqual([500, 1_000, 2_000]);
  });

  test("without a lease it says hello every 30 s", async () => {
    const world = new World();
    world.hasLease = false;
    expect((await world.run(3)).gaps()).toEqual([30_000, 30_000]);
    expect(world.plan).toEqual(["register", "register", "register"]);
  });

  test("whatever the hub answers, it goes on, never faster than allowed, and ends when told", async () => {
    const reply = fc.oneof(
      fc.constant<Reply>("ok"),
      fc.record({ waitMs: fc.nat(40_000) }),
      fc.record({
        status: fc.constantFrom(0, 400, 401, 404, 409, 429, 500, 503),
        retryAfterMs: fc.option(fc.nat(60_000), { nil: undefined }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(reply, { minLength: 30, maxLength: 30 }),
        fc.double({ min: 0.2, max: 0.99, noNaN: true }),
        async (script, random) => {
          const world = new World((_call, index) => script[index] ?? "ok");
          world.randomValue = random;
          await world.run(30);
          expect(world.plan).toHaveLength(30);
          expect(Math.min(...world.gaps())).toBeGreaterThanOrEqual(200);
          // A heartbeat follows only a registration or another heartbeat that the hub did not disown.
          world.plan.forEach((what, index) => {
            if (index === 0) expect(what).toBe("register");
            const before = script[index - 1];
            if (what === "renew" && world.plan[index - 1] === "register") expect(before).toBe("ok");
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("while the lease of an earlier process is alive", () => {
  const waiting = (times: number, waitMs = 8_000) =>
    new World((call, index) => (call === "register" && index < times ? { waitMs } : "ok"));

  test("asks again as the hub says, and beats as soon as it has its own", async () => {
    const world = await waiting(3).run(5);
    expect(world.plan).toEqual(["register", "register", "register", "register", "renew"]);
    expect(world.gaps()).toEqual([8_400, 8_400, 8_400, 5_000]);
  });

  test("asks without a limit, and says so once", async () => {
    const world = await waiting(500).run(500);
    expect(world.plan).toHaveLength(500);
    const lines: string[] = [];
    const report = createReporter({
      hubUrl: "http://hub",
      log: ({ message }) => lines.push(message),
      onStatus: () => {},
      onRegistered: () => {},
    });
    for (const event of world.events) report(event);
    expect(lines).toEqual([
      expect.stringMatching(/^listed as "n".*waits for the lease of an earlier process/),
    ]);
  });

  test.each([
    [0, 250],
    [-5, 250],
    [3_600_000, 30_000],
  ])("a hub that says %i ms is asked after %i ms", async (waitMs, askedMs) => {
    const world = waiting(2, waitMs);
    world.randomValue = 0;
    expect((await world.run(2)).gaps()).toEqual([askedMs]);
  });

  test("the name of another server is asked for as the hub says", async () => {
    const taken = { status: 409, code: "NAME_TAKEN", retryAfterMs: 6_000 };
    const world = await new World((_call, index) => (index < 3 ? taken : "ok")).run(4);
    expect(world.gaps()).toEqual([6_300, 6_300, 6_300]);
  });
});

describe("proof", () => {
  test("there is none at first, and the last lease from then on", async () => {
    const lost = new Set([1, 3]);
    const world = await new World((_call, index) => (lost.has(index) ? { status: 404 } : "ok")).run(
      5,
    );
    expect(world.plan).toEqual(["register", "renew", "register", "renew", "register"]);
    expect(world.proofs).toEqual([undefined, "lease 1", "lease 2"]);
  });

  test("outlives refusals and waiting: the lease that it had is still its own", async () => {
    const replies: Reply[] = ["ok", { status: 404 }, { status: 500 }, { waitMs: 1_000 }, "ok"];
    const world = await new World((_call, index) => replies[index] ?? "ok").run(5);
    expect(world.plan).toEqual(["register", "renew", "register", "register", "register"]);
    expect(world.proofs).toEqual([undefined, "lease 1", "lease 1", "lease 1"]);
  });

  test("goes along when something about the registration changed", async () => {
    const world = new World();
    world.duringSleep = () => world.keeper.registerAgain();
    await world.run(3);
    expect(world.proofs).toEqual([undefined, "lease 1"]);
  });
});

describe("Retry-After", () => {
  test.each([429, 503])(
    "a registration answered %i waits as long as the hub asks, and up to a second more",
    async (status) => {
      const world = await new World(() => ({ status, retryAfterMs: 45_000 })).run(3);
      expect(world.gaps()).toEqual([45_500, 45_500]);
    },
  );

  test.each([429, 503])(
    "a heartbeat answered %i waits as long as the hub asks and does not register again",
    async (status) => {
      const world = await new World((_call, index) =>
        index === 1 ? { status, retryAfterMs: 45_000 } : "ok",
      ).run(4);
      expect(world.plan).toEqual(["register", "renew", "renew", "renew"]);
      expect(world.gaps()).toEqual([5_000, 45_500, 10_000]);
    },
  );

  test.each([429, 503])("%i that asks for days is tried again after an hour", async (status) => {
    const world = await new World(() => ({ status, retryAfterMs: 86_400_000 })).run(2);
    expect(world.gaps()).toEqual([3_600_500]);
  });

  test.each([429, 503])("%i without it is retried with growing pauses", async (status) => {
    expect((await new World(() => ({ status })).run(4)).gaps()).toEqual([500, 1_000, 2_000]);
  });

  test("with another status it counts for nothing", async () => {
    const world = await new World(() => ({ status: 500, retryAfterMs: 45_000 })).run(3);
    expect(world.gaps()).toEqual([500, 1_000]);
  });
});

describe("laptop sleep", () => {
  const hourMs = 3_600_000;
  // A sleep is cut into slices of 2 s, so what is left of the 10 s is not waited for.
  test.each([
    ["the timer is late by far more than two intervals", { monotonic: hourMs, wall: 0 }],
    ["the wall clock jumped while the monotonic one stood still", { monotonic: 0, wall: hourMs }],
    ["the timer is late and both clocks jumped", { monotonic: hourMs, wall: hourMs }],
  ])("%s: one heartbeat at once, then the usual rhythm", async (_case, suspendMs) => {
    const world = new World((_call, index) => {
      if (index === 2) world.suspendMs = suspendMs;
      return "ok";
    });
    await world.run(5);
    expect(world.plan).toEqual(["register", "renew", "renew", "renew", "renew"]);
    expect(world.gaps()).toEqual([5_000, 10_000, 2_000 + suspendMs.monotonic, 10_000]);
  });

  test("a hub that gave up on the sleeper hears a registration within a second", async () => {
    const world = new World((_call, index) => {
      if (index === 1) world.suspendMs = { monotonic: 0, wall: hourMs };
      return index === 2 ? { status: 404 } : "ok";
    });
    await world.run(4);
    expect(world.plan).toEqual(["register", "renew", "renew", "register"]);
    expect(world.gaps()).toEqual([5_000, 2_000, 500]);
  });

  test("being late by less than two intervals changes nothing", async () => {
    const world = new World((_call, index) => {
      if (index === 1) world.suspendMs = { monotonic: 15_000, wall: 15_000 };
      return "ok";
    });
    expect((await world.run(4)).gaps()).toEqual([5_000, 25_000, 10_000]);
  });

  test("a wall clock that was set back changes nothing", async () => {
    const world = new World((_call, index) => {
      if (index === 1) world.suspendMs = { monotonic: 0, wall: -hourMs };
      return "ok";
    });
    expect((await world.run(4)).gaps()).toEqual([5_000, 10_000, 10_000]);
  });
});

describe("registering again", () => {
  /** Asks for it while call number `during` is under way. */
  const askingDuring = (during: number, reply: (index: number) => Reply = () => "ok") => {
    const world: World = new World((_call, index) => {
      if (index === during) world.keeper.registerAgain();
      return reply(index);
    });
    return world;
  };

  test.each([
    ["registration", 0, ["register", "register", "renew"], [0, 5_000]],
    ["heartbeat", 1, ["register", "renew", "register"], [5_000, 0]],
  ])("asked for during a %s, it follows at once", async (_call, during, plan, gaps) => {
    const world = await askingDuring(during).run(3);
    expect(world.plan).toEqual(plan);
    expect(world.gaps()).toEqual(gaps);
  });

  test("asked for during a refused registration, it does not wait for the slow retry", async () => {
    const world = await askingDuring(0, (index) => (index === 0 ? { status: 422 } : "ok")).run(3);
    expect(world.plan).toEqual(["register", "register", "renew"]);
    expect(world.gaps()).toEqual([0, 5_000]);
  });

  test("asked for during a heartbeat that the hub disowns, it is still no failure", async () => {
    const world = await askingDuring(1, (index) => (index === 1 ? { status: 404 } : "ok")).run(3);
    expect(world.plan).toEqual(["register", "renew", "register"]);
    expect(world.events.map(({ type }) => type)).not.toContain("failed");
  });

  test("asked for between two calls, it ends the wait", async () => {
    const world = new World();
    world.duringSleep = () => world.keeper.registerAgain();
    await world.run(3);
    expect(world.plan).toEqual(["register", "register", "renew"]);
    // The slice of the sleep that was under way, instead of all of it.
    expect(world.gaps()).toEqual([2_000, 5_000]);
  });
});

describe("leaving", () => {
  test("deregisters what is registered", async () => {
    const world = await new World().run(2);
    await world.keeper.leave(1_000);
    expect(world.calls.at(-1)?.what).toBe("deregister");
  });

  test("is silent when there is nothing to deregister", async () => {
    const world = await new World(() => ({ status: 0 })).run(2);
    await world.keeper.leave(1_000);
    expect(world.calls.map(({ what }) => what)).toEqual(["register", "register"]);
  });
});

describe("what is said", () => {
  const answer = { server: { id: "s", name: "n" } } as unknown as RegisterAnswer; // as much as is read
  const failed = (failure: Partial<HubClientError>): LeaseEvent => ({
    type: "failed",
    error: new HubClientError({ status: 0, code: "UNREACHABLE", detail: "Away", ...failure }),
  });

  function say(events: readonly LeaseEvent[]) {
    const lines: string[] = [];
    const statuses: string[] = [];
    const report = createReporter({
      hubUrl: "http://hub",
      log: ({ level, message }) => lines.push(`${level} ${message}`),
      onStatus: (status) => statuses.push(status),
      onRegistered: () => {},
    });
    for (const event of events) report(event);
    return { lines, statuses };
  }

  test("a lost hub is one warning and one line when it is back", () => {
    const { lines, statuses } = say([
      failed({}),
      failed({ status: 500 }),
      { type: "registered", answer },
      { type: "renewed" },
      failed({}),
      failed({ status: 503 }),
      { type: "renewed" },
      { type: "renewed" },
    ]);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["warn", "info", "warn", "info"]);
    expect(statuses).toEqual([
      "registering",
      "registering",
      "registered",
      "registered",
      "lost",
      "lost",
      "registered",
      "registered",
    ]);
  });

  test("a hub that forgot us is no news", () => {
    const { lines } = say([
      { type: "registered", answer },
      { type: "registered", answer },
    ]);
    expect(lines).toHaveLength(1);
  });

  test("a refusal is one error with the reason, whatever it is", () => {
    const taken = failed({ status: 409, code: "NAME_TAKEN", detail: "Held by http://a/mcp." });
    expect(say([taken, taken]).lines).toEqual([
      "error the hub at http://hub refused: Held by http://a/mcp. Asking again until it is free.",
    ]);
    const denied = failed({ status: 401, code: "UNAUTHORIZED", detail: "No token" });
    expect(say([denied, denied]).lines).toEqual([
      expect.stringMatching(/^error .*No token\. Set MCP_HUB_TOKEN/),
    ]);
    const invalid = failed({
      status: 422,
      problem: { errors: [{ pointer: "/name", detail: "is empty" }] },
    });
    expect(say([invalid]).lines[0]).toContain("(/name is empty)");
    expect(say([taken]).statuses).toEqual(["refused"]);
  });
});

describe("the last lines of the server", () => {
  test("are sent once when a heartbeat's answer asks for them", async () => {
    const world = new World();
    world.wantedBy.add(3);
    await world.run(6);
    expect(world.logs).toEqual([{ at: world.calls[2]?.at, text: "line 0" }]);
    expect(world.plan).toEqual(["register", "renew", "renew", "renew", "renew", "renew"]);
  });

  test("are sent unasked at once, and at most one time a second", async () => {
    const world = new World();
    world.duringSleep = () => {
      world.keeper.sendLog();
      world.keeper.sendLog();
    };
    await world.run(4);
    expect(world.logs.map(({ at }) => at)).toEqual([world.calls[0]?.at, world.calls[1]?.at]);
  });

  test("wait for a hub that is away, and are given up when it refuses them", async () => {
    const world = new World();
    const failures = [{ status: 503 }, { status: 404 }];
    world.wantedBy.add(2);
    world.answerLog = () => {
      const failure = failures.shift();
      if (failure !== undefined) throw new HubClientError({ ...failure, code: "X", detail: "no" });
    };
    await world.run(8);
    expect(world.logs).toHaveLength(2);
  });

  test("that cannot be read change nothing", async () => {
    const world = new World();
    world.hasLog = false;
    world.wantedBy.add(2);
    await world.run(5);
    expect(world.logs).toEqual([]);
    expect(world.plan).toEqual(["register", "renew", "renew", "renew", "renew"]);
  });
});
