import { connect, createServer, type Socket } from "node:net";
import type { ServerList } from "@hub/api";
import {
  closeAll,
  closeLater,
  HubProcess,
  holdResponse,
  ModernClient,
  ModernUpstream,
  Postgres,
  quick,
  textOf,
  until,
} from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Heartbeats } from "./support/heartbeats.js";

let postgres: Postgres;
let hub: HubProcess;

beforeAll(async () => {
  postgres = await Postgres.start();
  hub = await HubProcess.start({ ...quick, DATABASE_URL: await postgres.newDatabase() });
});
afterAll(async () => {
  await closeAll();
  await hub.stop();
  await postgres.close();
});

const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
  const response = await fetch(`${hub.url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  await holdResponse(method, path, response);
  return response;
};

// Its form was just seen.
const listed = async () => (await (await ask("GET", "/servers")).json()) as ServerList;

/** Long enough for a lease to end several times. */
const longerThanLeases = 4 * Number(quick.MCP_HUB_LEASE_TTL_MS);

test("the database is gone: reads, calls, probes and heartbeats go on, changes are refused, and all is written when it is back", async () => {
  const upstream = await ModernUpstream.start();
  const registered = await ask("POST", "/register", {
    name: "one",
    endpoint: upstream.endpoint,
    transport: "http",
    lease: { ttlMs: 1_000 },
  });
  // A lease was asked for.
  const { lease } = (await registered.json()) as { lease: { id: string; heartbeatMs: number } };
  const beats = new Heartbeats(hub.url, lease);
  await hub.status("one", "up");

  await postgres.crash();
  const began = performance.now();
  const refused = await ask("POST", "/register", {
    name: "two",
    endpoint: "http://127.0.0.1:9/mcp",
    transport: "http",
  });
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  // What issue and guides promise.
  expect(performance.now() - began).toBeLessThan(5_000);
  // The store is asked at most once a second.
  const unready = await until("the hub to say it", async () => {
    const answer = await ask("GET", "/readyz");
    return answer.status === 503 && answer;
  });
  expect(await unready.json()).toMatchObject({ code: "STORE_UNAVAILABLE" });
  await until("the hub to say that it is cut off", async () =>
    (await (await ask("GET", "/readyz")).text()).includes("cut off from the database"),
  );
  expect((await ask("GET", "/healthz")).status).toBe(200);
  await until("the list to say so", async () => {
    const { protection } = await listed();
    return protection?.reason.includes("cut off from the database") === true;
  });

  const client = new ModernClient(hub.url);
  const wentAt = performance.now();
  const beatsBefore = beats.count;
  await until(
    "longer than leases last",
    async () => {
      expect(textOf((await client.call("one__echo", { n: 1 }).done).response)).toBe('{"n":1}');
      const { servers } = await listed();
      expect(servers.map(({ id, status }) => [id, status])).toEqual([["one", "up"]]);
      return performance.now() - wentAt > longerThanLeases;
    },
    60_000,
  );
  expect(beats.count).toBeGreaterThan(beatsBefore);
  // What is observed meanwhile holds at once, and is written down later.
  await upstream.stop();
  await hub.status("one", "suspect");
  await upstream.start();
  await hub.status("one", "up");

  await postgres.resume();
  await until("a registration that is stored", async () => {
    const { status } = await ask("POST", "/register", {
      name: "two",
      endpoint: "http://127.0.0.1:9/mcp",
      transport: "http",
    });
    return status === 201 || status === 200;
  });
  await until("the hub to be ready", async () => (await ask("GET", "/readyz")).status === 200);
  await until("the list to be as usual", async () => (await listed()).protection === undefined);
  // Nobody flaps: what passed while nothing could be written is told as how it stands now, if at all.
  const changes = async () =>
    (await hub.events())
      .filter(({ serverId, kind }) => serverId === "one" && kind === "status-changed")
      .toSorted((one, two) => one.seq - two.seq);
  await until("what was observed to be written", async () => (await changes()).length > 0);
  const told = await changes();
  expect(told.map(({ to }) => to)).not.toContain("down");
  expect(told.slice(1).map(({ from }) => from)).toEqual(told.slice(0, -1).map(({ to }) => to));
  expect(told.at(-1)?.to).toBe("up");
  await beats.stop();
});

/** A way to a port: what is asked is passed on later, or nothing is, as over a network that is cut; nobody is told. */
async function openLink(to: number) {
  const ends = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  const server = createServer((one) => {
    const other = connect(to, "127.0.0.1");
    for (const end of [one, other]) {
      ends.add(end);
      end.on("error", () => {});
      if (isCut) end.pause();
    }
    if (isCut) return;
    one.on("data", (chunk) => {
      // Timers of one length end in the order they began.
      if (delayMs === 0) other.write(chunk);
      else setTimeout(() => other.write(chunk), delayMs);
    });
    one.on("end", () => other.end());
    other.pipe(one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeLater(async () => {
    server.close();
    for (const end of ends) end.destroy();
  });
  const address = server.address();
  const cut = () => {
    isCut = true;
    for (const end of ends) end.unpipe().pause();
  };
  const slowDown = (ms: number) => {
    delayMs = ms;
  };
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    cut,
    slowDown,
  };
}

/** A hub with a database of its own behind such a way. */
async function startBehindLink() {
  const url = new URL(await postgres.newDatabase());
  const link = await openLink(Number(url.port));
  url.port = String(link.port);
  const hub = await HubProcess.start({ ...quick, DATABASE_URL: url.href });
  closeLater(() => hub.stop());
  const register = (name: string) =>
    hub.register({ name, endpoint: "http://127.0.0.1:9/mcp", transport: "http" });
  return { hub, link, register };
}

test("the database does not answer any more: whoever registers is told so in time, also who comes while others wait", async () => {
  const { hub: cutOff, link, register } = await startBehindLink();
  expect((await register("before")).status).toBe(201);
  link.cut();
  const answers: Promise<{ readonly status: number; readonly tookMs: number }>[] = [];
  let isToldFirst = false;
  await until("the first to be told, while others come", () => {
    const began = performance.now();
    const told = register(`late ${answers.length}`);
    told.then(() => {
      isToldFirst = true;
    });
    answers.push(told.then(({ status }) => ({ status, tookMs: performance.now() - began })));
    return isToldFirst && answers.length >= 30;
  });
  for (const { status, tookMs } of await Promise.all(answers)) {
    expect(status).toBe(503);
    // What issue and guides promise.
    expect(tookMs).toBeLessThan(5_000);
  }
  expect((await cutOff.servers()).map(({ id }) => id)).toEqual(["before"]);
});

test("the database answers every statement, but so slowly that a registration takes too long: it is refused in time", async () => {
  const { hub: slowed, link, register } = await startBehindLink();
  expect((await register("before")).status).toBe(201);
  // A second each is no silence, and a registration has more than five statements.
  link.slowDown(1_000);
  for (const name of ["first", "second"]) {
    const began = performance.now();
    const refused = await register(name);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    // What issue and guides promise.
    expect(performance.now() - began).toBeLessThan(5_000);
  }
  link.slowDown(0);
  await until("a registration that is stored", async () => (await register("after")).ok);
  // What was refused is not there, also not later.
  expect((await slowed.servers()).map(({ id }) => id)).toEqual(["after", "before"]);
});
