import { BudgetBook } from "@hub/core";
import { defaultBudgets } from "@hub/core/limits";
import { openMany, RawConnection, requestBytes, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { connectionLimits, listen } from "../packages/server/src/listen.js";

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** The hub's own listener with other numbers, before an app that reads what it gets. */
async function listenQuickly(headersMs = 300) {
  const limits = { headersMs, requestMs: 2 * headersMs, checkEveryMs: 50 };
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
  });

  test("a body that drips is cut off when its time is over, long after its headers came", async () => {
    const { port } = await listenQuickly();
    const start = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    const { answer, afterMs } = await drip(port, start, "y");
    expect(answer?.status).toBe(408);
    expect(afterMs).toBeGreaterThan(590);
  });

  test("a connection that says nothing at all is cut off too, and its place is free again", async () => {
    const { port } = await listenQuickly(5_000);
    const idle = openMany(port, 25, "");
    // Of 40, two are kept for control, and one address has half of the rest: the oldest make room.
    await until("six to make room", () => idle.refused() === 6);
    await until("all to be cut off", () => idle.refused() === 25);
    const answered = new RawConnection(port);
    answered.write(requestBytes("GET /", [["host", "x"]]));
    expect((await answered.next())?.status).toBe(200);
    answered.destroy();
    idle.close();
  });
});
