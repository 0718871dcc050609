import { BudgetBook } from "@hub/core";
import type { UpstreamDialer, UpstreamReceiver } from "@hub/core/upstream";
import { expect, test } from "vitest";
import { messageLimits } from "../wire/message-limits.js";
import { exchange } from "./exchange.js";

const kib = 1024;

/** Servers that send what a test lets them. */
function world() {
  const { ofServers } = messageLimits(new BudgetBook({ incomingBytes: 400 * kib }), 60_000);
  return (serverId: string, type: "application/json" | "text/event-stream") => {
    const sent: UpstreamReceiver[] = [];
    const dialer: UpstreamDialer = {
      send(_url, _request, receiver) {
        sent.push(receiver);
        return { abort() {}, pause() {}, resume() {} };
      },
    };
    const heard: unknown[] = [];
    const to = { serverId, endpoint: "http://127.0.0.1/mcp" };
    const handle = exchange(dialer, to, { method: "POST", headers: {} }, ofServers, {
      onOpen: () => undefined,
      onEvent: ({ data }) => heard.push(data?.length),
      onRoom: (hasRoom) => heard.push(hasRoom ? "room" : "no room"),
      onEnd: () => heard.push("end"),
      onFailure: ({ code }) => heard.push(code),
    });
    const [server] = sent;
    if (server === undefined) throw new Error("nothing was sent");
    server.onHead(200, { "content-type": type });
    return { server, heard, handle };
  };
}

for (const type of ["application/json", "text/event-stream"] as const)
  test(`whoever reads an answer (${type}) hears while there is no room for it, and never waits on`, () => {
    const answer = world();
    const start = type === "application/json" ? '"' : 'data: "';
    const part = Buffer.from(start + "x".repeat(190 * kib));
    const [taken, roomless, waiting, left] = ["a", "b", "c", "d"].map((id) => answer(id, type));
    for (const one of [taken, roomless, waiting, left]) one?.server.onData(part);
    expect([taken, roomless].map((one) => one?.heard)).toEqual([[], []]);
    expect([waiting, left].map((one) => one?.heard)).toEqual([["no room"], ["no room"]]);
    // Nobody waits for one of them any more; it hears of no wait that would not end.
    left?.server.onFailure({ neverSent: false, code: "ECONNRESET", detail: "gone" });
    expect(left?.heard).toEqual(["no room", "room", "ECONNRESET"]);
    roomless?.server.onEnd();
    expect(waiting?.heard).toEqual(["no room", "room"]);
    waiting?.server.onData(Buffer.from(type === "application/json" ? '"' : '"\n\n'));
    waiting?.server.onEnd();
    expect(waiting?.heard).toEqual(["no room", "room", 190 * kib + 2, "end"]);
    taken?.handle.abort();
  });

test("what is passed on of one chunk is written once, however many lines it has", () => {
  const { ofServers } = messageLimits(new BudgetBook(), 60_000);
  const sent: UpstreamReceiver[] = [];
  const dialer: UpstreamDialer = {
    send(_url, _request, receiver) {
      sent.push(receiver);
      return { abort() {}, pause() {}, resume() {} };
    },
  };
  const written: Buffer[] = [];
  const whole: unknown[] = [];
  const to = { serverId: "a", endpoint: "http://127.0.0.1/mcp" };
  exchange(dialer, to, { method: "POST", headers: {} }, ofServers, {
    onOpen: () => undefined,
    onEvent: () => undefined,
    onLong: () => ({
      write: (piece) => written.push(piece),
      end(last, envelope) {
        written.push(last);
        whole.push(envelope?.id);
      },
    }),
    onEnd: () => undefined,
    onFailure: ({ code }) => whole.push(code),
  });
  const [server] = sent;
  server?.onHead(200, { "content-type": "text/event-stream" });
  const begun = `{"id":7,"result":{"a":"${"x".repeat(300 * kib)}","b":[0`;
  server?.onData(Buffer.from(`data: ${begun}`));
  // Nothing of an answer that is not whole waits here for what may never come.
  expect(Buffer.concat(written).toString()).toBe(begun);
  const crumbs = 9_000;
  for (let turn = 0; turn < 3; turn += 1) server?.onData(Buffer.from("\ndata:,1".repeat(crumbs)));
  server?.onData(Buffer.from("]}}\n\n"));
  expect(whole).toEqual([7]);
  expect(written.length).toBeLessThanOrEqual(6);
  const value = JSON.parse(Buffer.concat(written).toString());
  expect(value.result.b).toHaveLength(1 + 3 * crumbs);
});
