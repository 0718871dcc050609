import { BudgetBook, defaultBudgets } from "@hub/core";
import { afterEach, describe, expect, test } from "vitest";
import { connectionLimits, listen } from "../packages/server/src/listen.js";
import { HubProcess } from "./support/hub-process.js";
import {
  allowedMs,
  keepAsking,
  quantile,
  RawConnection,
  requestBytes,
} from "./support/raw-http.js";
import { until } from "./support/until.js";

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** The hub's own listener with other numbers, before an app that reads what it gets. */
async function listenQuickly() {
  const limits = { headersMs: 300, requestMs: 700, checkEveryMs: 50 };
  const fetch = async (request: Request) => new Response(String((await request.text()).length));
  const budgets = new BudgetBook({ connections: 40 });
  const listener = await listen({ fetch }, "127.0.0.1", 0, { limits, budgets });
  running.push({ stop: () => listener.close(0) });
  return listener;
}

/** Sends a byte every now and then until the other side has had enough; gives what it said and when. */
async function drip(port: number, start: string, piece: string) {
  const connection = new RawConnection(port);
  connection.write(start);
  const began = performance.now();
  const dripping = setInterval(() => connection.write(piece), 20);
  const answer = await connection.next();
  await connection.closed;
  clearInterval(dripping);
  connection.destroy();
  return { answer, afterMs: performance.now() - began };
}

/** Many connections that are open at once, and how many of them the hub hung up on. */
function openMany(port: number, count: number, start: string) {
  const connections = Array.from({ length: count }, () => {
    const connection = new RawConnection(port);
    connection.write(start);
    return connection;
  });
  let turn = 0;
  return {
    refused: () => connections.filter(({ isClosed }) => isClosed).length,
    /** A byte on some of them, in turn: all at once would keep this process busy, which also measures. */
    drip: (piece: string) => {
      for (const connection of connections.slice(turn, turn + 50)) connection.write(piece);
      turn = turn + 50 < count ? turn + 50 : 0;
    },
    close: () => {
      for (const connection of connections) connection.destroy();
    },
  };
}

describe("slow clients", () => {
  test("the hub waits 10 s for headers and 30 s for a request, and holds 4,000 connections", () => {
    expect(defaultBudgets.connections).toBe(4_000);
    expect(connectionLimits).toEqual({
      headersMs: 10_000,
      requestMs: 30_000,
      checkEveryMs: 5_000,
    });
  });

  test("headers that drip are cut off with 408 when their time is over", async () => {
    const { port } = await listenQuickly();
    const { answer, afterMs } = await drip(port, "GET / HTTP/1.1\r\nHost: x\r\nX: ", "y");
    expect(answer).toMatchObject({ status: 408, body: expect.stringContaining("in time") });
    expect(afterMs).toBeGreaterThan(290);
    expect(afterMs).toBeLessThan(300 + 600);
  });

  test("a body that drips is cut off when its time is over, long after its headers came", async () => {
    const { port } = await listenQuickly();
    const start = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    const { answer, afterMs } = await drip(port, start, "y");
    expect(answer?.status).toBe(408);
    expect(afterMs).toBeGreaterThan(690);
    expect(afterMs).toBeLessThan(700 + 600);
  });

  test("a connection that says nothing at all is cut off too, and its place is free again", async () => {
    const { port } = await listenQuickly();
    const idle = openMany(port, 25, "");
    // Of 40, two are kept for control, and one address has half of the rest: the oldest make room.
    await until("six to make room", () => idle.refused() === 6, 250);
    await until("all to be cut off", () => idle.refused() === 25, 2_000);
    const answered = new RawConnection(port);
    answered.write(requestBytes("GET /", [["host", "x"]]));
    expect((await answered.next())?.status).toBe(200);
    answered.destroy();
    idle.close();
  });

  test("1,800 slow connections hardly slow the others down, and of more than its share an address loses the oldest", async () => {
    const hub = await HubProcess.start();
    running.push(hub);
    const host: readonly [string, string] = ["host", `127.0.0.1:${hub.port}`];
    const list = requestBytes("GET /servers", [host]);
    const timesFor = async (ms: number) => {
      const began = performance.now();
      return keepAsking(hub.port, list, () => performance.now() - began > ms, 2);
    };
    const alone = await timesFor(700);

    const half = { headers: `POST /register HTTP/1.1\r\nHost: ${host[1]}\r\nX: `, body: "" };
    half.body = `${half.headers}y\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n`;
    const slowHeaders = openMany(hub.port, 900, half.headers);
    const slowBodies = openMany(hub.port, 900, half.body);
    const dripping = setInterval(() => {
      slowHeaders.drip("y");
      slowBodies.drip(" ");
    }, 20);
    // Connections are accepted in order, so now all of them are.
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
    const together = await timesFor(1_500);
    expect([...together.statuses]).toEqual([200]);
    const moved = quantile(together.tookMs, 0.95) - quantile(alone.tookMs, 0.95);
    expect(moved).toBeLessThan(allowedMs(250, alone.tookMs, 0.95));
    expect(slowHeaders.refused() + slowBodies.refused()).toBe(0);

    const more = openMany(hub.port, 150, half.headers);
    // 1,875: half of what is not kept for control.
    const lost = () => slowHeaders.refused() + slowBodies.refused();
    await until("the oldest to make room", () => lost() >= 75);
    // A few places are taken by what the test itself has open.
    expect(lost()).toBeLessThan(85);
    expect(more.refused()).toBe(0);
    expect((await fetch(`${hub.url}/servers`)).status).toBe(200);
    clearInterval(dripping);
    for (const many of [slowHeaders, slowBodies, more]) many.close();
    await until("a place to be free again", () =>
      fetch(`${hub.url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    // Clients that go away are no fault of the hub.
    expect(hub.program.output).not.toContain('"level":"error"');
  });
});
