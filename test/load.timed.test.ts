import { setInterval as every } from "node:timers/promises";
import { answerSchema, registerServer } from "@hub/api";
import {
  allowedMs,
  HubProcess,
  keepAsking,
  quantile,
  type RawAnswer,
  RawConnection,
  requestBytes,
  Upstreams,
  until,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

const herdSize = 500;
/** It is alive, and costs the hub one request a probe: the machine has enough to do. */
const kind = "asks-for-a-token";
const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

function keep<T extends { stop(): Promise<void> }>(one: T): T {
  running.push(one);
  return one;
}

type Grant = { readonly id: string; readonly lease: string };

/** Registers `count` servers at once, over `connections` connections, and gives what each got. */
async function registerAll(
  hub: HubProcess,
  title: string,
  count: number,
  endpoint: string,
  ttlMs: number,
  connections = 20,
): Promise<readonly (Grant & { readonly status: number })[]> {
  const requests = Array.from({ length: count }, (_, index) => {
    const body = JSON.stringify({
      name: `${title} ${index}`,
      transport: "streamable-http",
      endpoint: `${endpoint}/${index}`,
      lease: { ttlMs },
    });
    return requestBytes("POST /register", head(hub, body.length), body);
  });
  const answers: (RawAnswer | undefined)[] = [];
  const work = async () => {
    const connection = new RawConnection(hub.port);
    for (let bytes = requests.pop(); bytes !== undefined; bytes = requests.pop()) {
      connection.write(bytes);
      answers.push(await connection.next());
    }
    connection.destroy();
  };
  await Promise.all(Array.from({ length: connections }, work));
  // Read only now: this process also measures, and must not be what it measures.
  return answers.map((answer) => {
    const { server, lease } = answerSchema(registerServer, 201).parse(
      JSON.parse(answer?.body ?? ""),
    );
    return { id: server.id, lease: lease?.id ?? "", status: answer?.status ?? 0 };
  });
}

function head(hub: HubProcess, length: number): readonly (readonly [string, string])[] {
  return [
    ["host", `127.0.0.1:${hub.port}`],
    ["content-type", "application/json"],
    ["content-length", String(length)],
  ];
}

/** Heartbeats for all leases, as close together as one connection can bring them; gives the statuses. */
async function beatAll(hub: HubProcess, grants: readonly Grant[]): Promise<readonly number[]> {
  const connection = new RawConnection(hub.port);
  for (const { lease } of grants)
    connection.write(requestBytes(`PUT /leases/${lease}`, head(hub, 2), "{}"));
  const statuses: number[] = [];
  for (const _ of grants) statuses.push((await connection.next())?.status ?? 0);
  connection.destroy();
  return statuses;
}

/**
 * Reads the list without pause in both ways, on connections that it has by the time it returns; gives
 * how to end that and learn what each answer took.
 */
async function readList(hub: HubProcess) {
  let isOver = false;
  const host: readonly [string, string] = ["host", `127.0.0.1:${hub.port}`];
  const etag = (await fetch(`${hub.url}/servers`)).headers.get("etag") ?? "";
  const asked = [0, 0];
  const read = (which: number, ...headers: (readonly [string, string])[]) =>
    keepAsking(
      hub.port,
      requestBytes("GET /servers", [host, ...headers]),
      () => {
        asked[which] = (asked[which] ?? 0) + 1;
        return isOver;
      },
      2,
    );
  const reading = Promise.all([read(0), read(1, ["if-none-match", etag])]);
  await until("the first lists", () => asked.every((count) => count > 1));
  return async () => {
    isOver = true;
    const [plain, tagged] = await reading;
    expect([...plain.statuses]).toEqual([200]);
    expect([...tagged.statuses].filter((status) => status !== 200 && status !== 304)).toEqual([]);
    return [plain.tookMs, tagged.tookMs] as const;
  };
}

/** The whole journal, oldest first. */
async function journal(hub: HubProcess) {
  const events: Awaited<ReturnType<HubProcess["events"]>>[number][] = [];
  for (let cursor = ""; ; ) {
    const page = await hub.events(`?limit=1000${cursor}`);
    events.push(...page);
    const last = page.at(-1);
    if (page.length < 1_000 || last === undefined) return events.toReversed();
    cursor = `&cursor=${last.seq}`;
  }
}

const env = {
  MCP_HUB_HEARTBEAT_MS: "500",
  MCP_HUB_LEASE_MIN_MS: "500",
  MCP_HUB_LEASE_TTL_MS: "1000",
  MCP_HUB_DOWN_AFTER_MS: "15000",
  MCP_HUB_SWEEP_MS: "1000",
  MCP_HUB_PROBE_UP_MS: "60000",
};

test(`${herdSize} leases that run out together: the list stays quick, each goes down once, and the herd is taken back`, async () => {
  const hub = keep(await HubProcess.start(env));
  const others = keep(await Upstreams.start([kind]));
  const herd = keep(await Upstreams.start([kind]));
  // More live than die, or the hub would rather suspect itself.
  const began = performance.now();
  await registerAll(hub, "Other", herdSize + 10, others.endpoint(kind), 600_000);
  // A lease that ran out before its first heartbeat is answered 404: these outlive the registration of all.
  const leaseMs = Math.max(10_000, Math.ceil(4 * (performance.now() - began)));
  const grants = await registerAll(hub, "Herd", herdSize, herd.endpoint(kind), leaseMs);
  const isHerd = new Set(grants.map(({ id }) => id));
  expect(isHerd.size).toBe(herdSize);
  const inStatus = async (status: string) =>
    (await hub.servers(`?status=${status}`)).filter(({ id }) => isHerd.has(id)).length;
  const stopBeating = new AbortController();
  const beats = new Set<number>();
  const beating = (async () => {
    for await (const _ of every(600, undefined, { signal: stopBeating.signal }))
      for (const status of await beatAll(hub, grants)) beats.add(status);
  })().catch(() => undefined);
  await until("the herd to be seen", async () => (await inStatus("needs-token")) === herdSize);
  stopBeating.abort();
  await beating;
  expect([...beats]).toEqual([200]);

  const endQuiet = await readList(hub);
  const quiet = (await endQuiet()).flat();
  const seqBefore = (await hub.events("?limit=1"))[0]?.seq ?? 0;
  await herd.stop();
  const lastBeats = await beatAll(hub, grants);
  expect(new Set(lastBeats)).toEqual(new Set([200]));
  const timesWhileDying = await readList(hub);
  const areDown = async () => (await inStatus("down")) === herdSize;
  await until("the herd to be down", areDown, leaseMs + 60_000);
  const dying = await timesWhileDying();

  const downs = (await journal(hub)).filter(
    ({ seq, kind, to }) => seq > seqBefore && kind === "status-changed" && to === "down",
  );
  expect(downs).toHaveLength(herdSize);
  expect(new Set(downs.map(({ serverId }) => serverId))).toEqual(isHerd);
  // They go in batches: no two sweeps are within 100 ms, but for one that comes every second anyway.
  const instants = [...new Set(downs.map(({ at }) => Date.parse(at)))].sort((a, b) => a - b);
  const spanMs = (instants.at(-1) ?? 0) - (instants[0] ?? 0);
  expect(instants.length).toBeLessThanOrEqual(
    2 + Math.ceil(spanMs / 100) + Math.ceil(spanMs / 1_000),
  );
  expect(await (await fetch(`${hub.url}/readyz`)).json()).toMatchObject({
    protection: { isActive: false },
  });

  keep(await Upstreams.start([kind], { UPSTREAM_PORT: String(herd.ports[kind]) }));
  const timesWhileComing = await readList(hub);
  const beganAgain = performance.now();
  const again = await registerAll(hub, "Herd", herdSize, herd.endpoint(kind), 60_000, 100);
  const backMs = performance.now() - beganAgain;
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(again.map(({ id }) => id))).toEqual(isHerd);
  await until(
    "the herd to be seen again",
    async () => (await inStatus("needs-token")) === herdSize,
  );
  const coming = await timesWhileComing();

  const figures = [...dying, ...coming].map((times) => quantile(times, 0.99));
  expect(Math.max(...figures), `p99 in ms: ${figures}; back in ${backMs} ms`).toBeLessThan(
    allowedMs(1_000, quiet, 0.99),
  );
  const events = await journal(hub);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  for (const id of isHerd) {
    const life = events
      .filter((event) => event.serverId === id && event.kind === "status-changed")
      .map(({ to }) => to);
    expect(life.join(" ")).toMatch(
      /^needs-token (suspect )?(unreachable )?down (pending )?needs-token$/,
    );
  }
  expect(hub.program.output).not.toContain('"level":"error"');
}, 180_000);
