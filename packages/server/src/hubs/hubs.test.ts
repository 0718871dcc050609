import { type Clock, systemClock } from "@hub/core";
import type { HubIdentity, Pulse, SharedHubs } from "@hub/core/storage";
import { until } from "@hub/testing";
import { expect, test } from "vitest";
import { Hubs } from "./hubs.js";

const identity = (id: string): HubIdentity => ({ id, version: "1", startedAt: 0 });

/** A store at which another hub was seen a moment ago, which says nothing any more until it has heard so often. */
class Store implements SharedHubs {
  readonly #connected: readonly string[];
  readonly #answersAfter: number;
  pulses = 0;

  constructor(connected: readonly string[], answersAfter: number) {
    this.#connected = connected;
    this.#answersAfter = answersAfter;
  }

  async pulse({ hub, isJoining }: Pulse) {
    this.pulses += 1;
    const seen = { seenAgoMs: 10, joinedAgoMs: 60_000, reports: 7 };
    const report = { hubId: "other", number: 8, agoMs: 0, text: '{"said":{}}' };
    return {
      wall: Date.now(),
      hubs: [
        { ...identity("other"), ...seen },
        { ...hub, ...seen, joinedAgoMs: 0, reports: 0 },
      ],
      joined: isJoining ? ("beside-others" as const) : undefined,
      reports: this.pulses > this.#answersAfter ? [report] : [],
    };
  }

  connected = async () => new Set(this.#connected);
  leave = async () => {};
  tidy = async () => {};
  salt = async () => "salt";
  keyId = async () => undefined;
  claimKey = async (keyId: string) => keyId;
}

function hubsOn(store: SharedHubs, clock: Clock = systemClock): Hubs {
  const fault = (error: unknown) => {
    throw error;
  };
  return new Hubs({
    shared: { hubs: store, onNews: () => () => {} },
    hub: identity("new"),
    clock,
    onError: fault,
    onContact: () => {},
  });
}

async function start(store: Store) {
  const hubs = hubsOn(store);
  await hubs.start();
  const pulses = store.pulses;
  await hubs.stop();
  return pulses;
}

test("a hub that starts waits for what another one knows", async () => {
  expect(await start(new Store(["other", "new"], 5))).toBe(6);
});

test("a hub that starts does not wait for one that was killed", async () => {
  expect(await start(new Store(["new"], Number.POSITIVE_INFINITY))).toBe(1);
});

test("hubs that come and go are not remembered for longer than their reports are kept", async () => {
  let at = 0;
  const asked: ReadonlyMap<string, number>[] = [];
  /** At each pulse another one is there, which has said something, and the last one is gone. */
  class Busy extends Store {
    override async pulse(pulse: Pulse) {
      const pulsed = await super.pulse(pulse);
      asked.push(new Map(pulse.read));
      const [other, own] = pulsed.hubs;
      if (other === undefined || own === undefined) throw new Error("There are two.");
      const id = `other ${asked.length}`;
      const reports = pulse.isJoining
        ? []
        : [{ hubId: id, number: 1, agoMs: 0, text: '{"said":{}}' }];
      return { ...pulsed, hubs: [{ ...other, id }, own], reports };
    }
  }
  const hubs = hubsOn(new Busy([], 0), { ...systemClock, monotonic: () => at });
  await hubs.start();
  for (let pulse = 1; pulse < 100; pulse += 1) {
    // Less than what makes a hub join anew.
    at += 3_000;
    hubs.hurry();
    await until("a pulse", () => asked.length > pulse);
  }
  await hubs.stop();
  const last = asked.at(-1);
  expect(last?.has(`other ${asked.length - 2}`)).toBe(true);
  expect(last?.size).toBeLessThan(25);
});
