import {
  allowedMs,
  HubProcess,
  keepAsking,
  openMany,
  quantile,
  requestBytes,
  until,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
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
