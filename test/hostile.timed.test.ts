import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerSchema, getServer } from "@hub/api";
import {
  allowedMs,
  HubProcess,
  keepAsking,
  quantile,
  requestBytes,
  Upstreams,
  until,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

const hostileNames = [
  ...["hangs-before-headers", "hangs-in-body", "sends-for-ever", "sends-50-megabytes"],
  ...["sends-a-gzip-bomb", "sends-deep-json", "sends-millions-of-values", "sends-wrong-ids"],
  ...["sends-batches", "sends-huge-headers", "resets-at-once", "resets-in-body"],
  ...["redirects-away", "asks-for-a-token", "drips-bytes", "comments-for-ever"],
  ...["notifies-for-ever", "speaks-no-http", "lists-endless-pages", "repeats-its-cursor"],
];
const goodNames = ["good-1", "good-2", "good-3", "good-4", "good-5"];
const mebibyte = 1_024 * 1_024;
const probeUpMs = 500;

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

function keep<T extends { stop(): Promise<void> }>(one: T): T {
  running.push(one);
  return one;
}

/** Counts who comes where an answer pointed to. */
async function startCanary() {
  let hits = 0;
  const server = createServer((_, response) => void response.end());
  server.on("connection", () => {
    hits += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A TCP server that listens has an address with a port.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: () => hits,
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** The memory of a process in bytes: what it has now, and the most it ever had. Linux only. */
function memoryOf(pid: number | undefined): { readonly now: number; readonly peak: number } {
  if (process.platform !== "linux") return { now: 0, peak: 0 };
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1_024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

/** What each GET /servers takes while `ms` pass, asked on two connections. */
async function listTimes(hub: HubProcess, ms: number): Promise<readonly number[]> {
  const bytes = requestBytes("GET /servers", [["host", `127.0.0.1:${hub.port}`]]);
  const began = performance.now();
  const ask = () => keepAsking(hub.port, bytes, () => performance.now() - began > ms, 2);
  const asked = await Promise.all([ask(), ask()]);
  expect(asked.flatMap(({ statuses }) => [...statuses])).toEqual([200, 200]);
  return asked.flatMap(({ tookMs }) => tookMs);
}

/** How often each good server was probed since an instant. */
function probeCounts(good: Upstreams, since: number): readonly number[] {
  return goodNames.map((name) => {
    const all = good.program.output.matchAll(new RegExp(`^PROBED ${name} (\\d+)$`, "gm"));
    return [...all].filter((one) => Number(one[1]) > since).length;
  });
}

test(`${hostileNames.length} hostile servers move neither the list nor the probes of the good ones, and are told what is wrong`, async () => {
  const canary = keep(await startCanary());
  const [good, hostile] = await Promise.all([
    Upstreams.start(goodNames).then(keep),
    Upstreams.start(hostileNames, { CANARY_URL: canary.url }).then(keep),
  ]);
  const hub = keep(
    await HubProcess.start({
      MCP_HUB_PROBE_UP_MS: String(probeUpMs),
      MCP_HUB_PROBE_FAILING_MS: "1000",
      MCP_HUB_PROBE_TIMEOUT_MS: "700",
    }),
  );
  const register = async (upstreams: Upstreams, names: readonly string[]) => {
    for (const name of names) {
      const endpoint = upstreams.endpoint(name);
      const answer = await hub.register({ name, transport: "streamable-http", endpoint });
      expect(answer.status).toBe(201);
    }
  };
  const statusesOfGood = async () =>
    (await hub.servers()).filter(({ id }) => goodNames.includes(id)).map(({ status }) => status);
  const allUp = goodNames.map(() => "up");

  await register(good, goodNames);
  await until(
    "the good servers to be up",
    async () => String(await statusesOfGood()) === String(allUp),
  );
  const without = await listTimes(hub, 1_000);
  const memoryBefore = memoryOf(hub.program.child.pid).now;

  const since = Date.now();
  await register(hostile, hostileNames);
  const withHostile = await listTimes(hub, 3_500);

  const moved = quantile(withHostile, 0.95) - quantile(without, 0.95);
  expect(moved).toBeLessThan(allowedMs(250, without, 0.95));
  expect(await statusesOfGood()).toEqual(allUp);
  // A hostile server costs up to its time limit, 700 ms. Whoever waited for one of twenty would be far from this.
  await until("each good server to be probed four times more", () =>
    probeCounts(good, since).every((count) => count >= 4),
  );
  expect(Date.now() - since).toBeLessThan(hostileNames.length * 700);
  const grown = (memoryOf(hub.program.child.pid).peak - memoryBefore) / mebibyte;
  expect(grown).toBeLessThan(300);

  await Promise.all(
    hostileNames.map(async (name) => {
      const answer = await fetch(`${hub.url}/servers/${name}/probe`, { method: "POST" });
      const server = answerSchema(getServer, 200).parse(await answer.json());
      const words = server.instances.flatMap(({ problem, probe, reason, warnings }) => [
        ...(problem === undefined ? [] : [problem.cause, problem.fix]),
        ...(probe?.needsToken === true ? [reason] : []),
        ...warnings,
      ]);
      expect([name, words]).toEqual([name, expect.arrayContaining([expect.stringMatching(/ /)])]);
    }),
  );
  expect(canary.hits()).toBe(0);
  expect(hub.program.output).not.toContain('"level":"error"');
}, 90_000);
