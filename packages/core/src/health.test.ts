import { describe, expect, test } from "vitest";
import { answered, failed, needsToken, nothingListens } from "../test/world.js";
import { beat } from "./beat.js";
import type { Health, Now } from "./health.js";
import { judge, withStatus } from "./judge.js";
import { isExpired } from "./lease.js";
import { newHealth, registeredAgain } from "./new-health.js";
import { probed, troubled } from "./probed.js";
import { defaultSettings, grantedTtlMs, heartbeatMsFor } from "./settings.js";

const settings = defaultSettings;
const at = (hub: number): Now => ({ hub, wall: hub, steady: hub });
const good = answered({ endpoint: "http://a/mcp", transport: "streamable-http", candidates: [] });

const locked = { ...good, needsToken: true, finding: needsToken };
const slow = { ...failed, finding: { ...nothingListens, code: "TOO_SLOW" as const } };

/** An instance by the facts of its life: `+` a good probe, `*` one that needs a token, `-` a refused one, `~` a slow one, `r` a call that was refused, `b` a heartbeat, `d` and `u` one that starts and ends draining, `.` nothing; each at a second. */
function lived(life: string, ttlMs?: number, mayGoDown = false): Health {
  let health = newHealth(at(0), ttlMs);
  for (const [, what, seconds] of life.matchAll(/([-+*~rbdu.])(\d+)/g)) {
    const now = at(Number(seconds) * 1_000);
    if (what === "+") health = probed(health, good, now, settings, 0.5);
    if (what === "-") health = probed(health, failed, now, settings, 0.5);
    if (what === "*") health = probed(health, locked, now, settings, 0.5);
    if (what === "~") health = probed(health, slow, now, settings, 0.5);
    if (what === "r") health = troubled(health, now, { kind: "refused", finding: nothingListens });
    if (what === "b") health = beat(health, now, {});
    if (what === "d") health = beat(health, now, { draining: true });
    if (what === "u") health = beat(health, now, { draining: false });
    health = withStatus(health, judge(health, now.hub, settings, mayGoDown), now);
  }
  return health;
}

describe("judge", () => {
  const lease = 30_000;
  test.each<[string, string, number | undefined, string]>([
    ["just registered", ".0", lease, "pending"],
    ["one good probe", "+1", lease, "up"],
    ["good probe, then two failures", "+1 -2 -3", undefined, "suspect"],
    ["without a lease slow ones are failures too", "+1 ~2", undefined, "suspect"],
    ["three failures in a row, without a lease", "+1 -2 -3 -4", undefined, "unreachable"],
    ["a good one between failures", "+1 -2 -3 +4 -5 -6", undefined, "suspect"],
    ["it may still be starting", "-1 -2 -3 -4", undefined, "pending"],
    ["it has started for long enough", "-1 -2 -3 -4 -5", undefined, "unreachable"],
    ["a refused dial under a live lease is a doubt, and no proof", "+1 -2", lease, "suspect"],
    ["nor are many", "+1 -2 -3 -4 -9", lease, "suspect"],
    ["slow is not gone", "+1 ~2 ~3 ~4 ~9", lease, "up"],
    ["what was refused and is slow now is no better", "+1 -2 ~3 ~4", lease, "suspect"],
    ["one good probe ends the doubt", "+1 -2 -3 +4", lease, "up"],
    ["also without a lease", "+1 -2 -3 +4", undefined, "up"],
    ["a call that was refused", "+1 r2", lease, "suspect"],
    ["a call that was refused, without a lease", "+1 r2", undefined, "suspect"],
    ["a call that was refused, and a good probe", "+1 r2 +3", undefined, "up"],
    ["a refused call is no failed probe", "+1 r2 -3 -4", undefined, "suspect"],
    ["a refused call at one that nobody has reached yet", "r1", lease, "pending"],
    ["a refused call at one that drains", "+1 d2 r3", lease, "draining"],
    ["doubted, then draining that was called off", "+1 r2 d3 u4", lease, "pending"],
    ["it wants a token", "*1", lease, "needs-token"],
    ["it wants a token, without a lease", "*1", undefined, "needs-token"],
    ["it wants one no more", "*1 +2", lease, "up"],
    ["it wants one from now on", "+1 *2", lease, "needs-token"],
    ["it wanted one, and refuses the connection", "*1 -2", lease, "suspect"],
    ["it wanted one, and a call was refused", "*1 r2", undefined, "suspect"],
    ["it wanted one, and is lost", "*1 -2 -3 -4", undefined, "unreachable"],
    ["a heartbeat after them does", "+1 -2 -3 -4 b9 .9", lease, "unreachable"],
    ["a heartbeat before the first failure does not", "+1 b2 -3 -4 -5", lease, "suspect"],
    ["a lease is lost after its time, not at it", "+1 -29 .30", lease, "suspect"],
    ["a lost lease and one failure", "+1 -29 .31", lease, "unreachable"],
    ["a lost lease and good probes", "+1 +40 +80 +200", lease, "up"],
    ["a lost lease and no probe", "+1 .80", lease, "up"],
    ["back after one good probe is too early", "+1 -2 -3 -4 +5", undefined, "unreachable"],
    ["back after two", "+1 -2 -3 -4 +5 +6", undefined, "up"],
    ["first seen late needs only one", "-1 -2 -3 -6 +7", undefined, "up"],
    ["draining", "+1 d2", lease, "draining"],
    ["draining that was called off", "+1 d2 u3", lease, "up"],
    ["draining, and good probes", "+1 d2 +3", lease, "draining"],
  ])("%s", (_, life, ttlMs, status) => expect(lived(life, ttlMs).status).toBe(status));

  test.each<[string, string, number | undefined, string]>([
    ["silent for exactly 90 s", "-1 -29 .90", lease, "unreachable"],
    ["silent for longer", "-1 -29 .91", lease, "down"],
    ["silent, but its lease is longer", "-1 -29 .119", 120_000, "pending"],
    ["silent for longer than its lease", "-1 -29 .121", 120_000, "down"],
    ["silent without a lease", "-1 -2 -6 .91", undefined, "down"],
    ["answering without heartbeats", "+1 +60 +120", lease, "up"],
    ["90 s from the last good probe", "+1 +60 -90 .149", lease, "unreachable"],
    ["said it drains and never came back", "+1 d2 .93", lease, "down"],
    ["down stays down after one good probe", "+1 -40 .92 +93", lease, "down"],
    ["and is up after two", "+1 -40 .92 +93 +94", lease, "up"],
  ])("when it may go down: %s", (_, life, ttlMs, status) => {
    expect(lived(life, ttlMs, true).status).toBe(status);
  });

  test("nothing goes down while it may not", () => {
    expect(lived("-1 -29 .500", lease, false).status).toBe("unreachable");
    expect(lived("-1 -2 -6 .500", undefined, false).status).toBe("unreachable");
  });
});

describe("a registration of a known instance", () => {
  test("that is up stays up until three probes failed, and is looked at within a second", () => {
    const again = newHealth(at(50_000), 30_000, lived("+1"));
    expect(again.status).toBe("up");
    expect(again.statusSince).toBe(1_000);
    expect(again.failures).toBe(0);
    expect(again.nextProbeAt).toBeGreaterThanOrEqual(31_000);
    expect(again.nextProbeAt).toBeLessThanOrEqual(51_000);
  });

  test("that has not answered since the last one keeps what the probes saw, and is looked at soon", () => {
    const silent = lived("-1 -2 -6 .7");
    const again = registeredAgain(silent, at(8_000), undefined, false);
    expect(again).toMatchObject({ status: "unreachable", failures: 3, aliveAt: 0 });
    expect(again.nextProbeAt).toBeLessThanOrEqual(8_000);
    expect(registeredAgain(silent, at(8_000), undefined, true).aliveAt).toBe(8_000);
    expect(registeredAgain(lived("+1"), at(8_000), undefined, false).aliveAt).toBe(8_000);
  });

  test("that was up and does not answer is unreachable, whatever lease it was given", () => {
    const again = registeredAgain(lived("+1"), at(2_000), 3_600_000, false);
    const failing = [3, 4, 8].reduce(
      (health, second) => probed(health, failed, at(second * 1_000), settings, 0.5),
      again,
    );
    expect(judge(failing, 9_000, settings, false)).toBe("unreachable");
  });

  test("that is not up starts anew", () => {
    expect(newHealth(at(50_000), 30_000, lived("+1 -31 .32", 30_000)).status).toBe("pending");
  });
});

describe("the time of the next probe", () => {
  const delay = (life: string, ttlMs?: number) => {
    const health = lived(life, ttlMs, true);
    return health.nextProbeAt - (health.probedAt ?? 0);
  };

  test.each<[string, string, number]>([
    ["an instance that is up is asked every 30 s", "+1", 30_000],
    ["a new one that does not answer yet, every half second", "-1", 500],
    ["later every 2 s", "-20", 2_000],
    ["after a minute it backs off", "-1 -20 -61", 4_000],
    ["a suspect one within a second", "+1 -2", 950],
    ["and then every two", "+1 -2 -3", 1_900],
    ["as long as its lease lives", "+1 -2 -3 -4 -5 -6 -7", 1_900],
    ["slow ones of one that is spoken for back off", "+1 ~2 ~3 ~4", 4_000],
    ["one that was lost backs off up to 10 s", "+1 -2 -3 -4 -5 -6 -7 -8", 10_000],
    ["one that comes back is asked again in 10 s", "+1 -2 -3 -4 +5", 10_000],
    ["one that is down, every minute", "+1 -31 -60 -95 -100 -101 -102 -103 -104 -105", 60_000],
  ])("%s", (_, life, expected) => {
    const isLeased = life.includes("95") || life.includes("~") || life.includes("-7");
    expect(delay(life, isLeased && !life.includes("-8") ? 30_000 : undefined)).toBe(expected);
  });
});

test("a lease lives for its whole time", () => {
  expect(isExpired({ ttlMs: 5_000, renewedAt: 0 }, 5_000)).toBe(false);
  expect(isExpired({ ttlMs: 5_000, renewedAt: 0 }, 5_000.1)).toBe(true);
});

test("wishes for a time to live are cut to what is allowed, and heartbeats fit three times", () => {
  expect([undefined, 1, 60_000, 1e12].map((wish) => grantedTtlMs(settings, wish))).toEqual([
    30_000, 5_000, 60_000, 3_600_000,
  ]);
  expect(heartbeatMsFor(settings, 30_000)).toBe(10_000);
  expect(heartbeatMsFor(settings, 5_000)).toBe(1_666);
});
