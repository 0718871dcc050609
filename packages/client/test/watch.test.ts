import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { closeAll, freePort, ModernUpstream, TestHub, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { HubClient, type WatchedEvent, type WatchState } from "../src/index.js";

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await closeAll();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}

const written = (seq: number, kind = "edited") =>
  `event: ${kind}\nid: ${seq}\ndata: ${JSON.stringify({ kind, seq, at: "2026-01-01T00:00:00Z", serverId: "a", name: "A", changed: [] })}\n\n`;

const keyOf = (item: WatchedEvent) => `${item.kind} ${item.seq}`;

test("events come live from a real hub, and those of its time without us after it", async () => {
  const port = await freePort();
  const first = await TestHub.start({ port });
  const upstream = await ModernUpstream.start({ tools: ["a"] });
  const states: WatchState["state"][] = [];
  const controller = new AbortController();
  const hub = new HubClient({ url: first.url });
  const seen: WatchedEvent[] = [];
  const watching = (async () => {
    const options = {
      signal: controller.signal,
      onState: ({ state }: WatchState) => states.push(state),
    };
    for await (const event of hub.watch(options)) seen.push(event);
  })();
  await until("the stream to open", () => states.includes("open"));
  await first.register("one", upstream);
  await until("its events", () => seen.some(({ kind }) => kind === "capabilities-changed"));

  await first.stop();
  const second = await TestHub.start({ port, dataDir: first.dataDir });
  await second.rest("PATCH", "/servers/one", { title: "While nobody watched" });
  await until("what was missed", () => seen.some(({ kind }) => kind === "edited"));
  const numbers = seen.map(({ seq }) => seq);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(states).toContain("waiting");

  // What was before it can be had again, and a filter holds for it too.
  const before: WatchedEvent[] = [];
  for await (const event of hub.watch({ after: 0, kind: "registered" })) {
    before.push(event);
    break;
  }
  expect(before[0]).toMatchObject({ kind: "registered", serverId: "one" });

  controller.abort();
  await watching;
  await second.stop();
});

test("a place that the journal has left behind is told as a reset", async () => {
  const hub = await TestHub.start();
  const controller = new AbortController();
  const stream = new HubClient({ url: hub.url }).watch({ after: 5_000, signal: controller.signal });
  expect(await stream.next()).toEqual({ done: false, value: { kind: "reset", seq: 0 } });
  controller.abort();
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test("a broken connection goes on behind the last event, whatever it broke in", async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers["last-event-id"]?.toString());
    if (asked.length === 2) return void response.writeHead(503).end("<html>starting</html>");
    response.writeHead(200, { "content-type": "text/event-stream" });
    const from = Number(request.headers["last-event-id"] ?? 7);
    response.write(`event: ready\nid: ${from}\ndata: {"lastSeq":9}\n\n`);
    response.write(written(from + 1) + written(from + 2).slice(0, 20), () => response.destroy());
  });
  const states: WatchState[] = [];
  const seen: string[] = [];
  for await (const event of new HubClient({ url }).watch({
    onState: (state) => states.push(state),
  })) {
    seen.push(keyOf(event));
    if (seen.length === 3) break;
  }
  expect(seen).toEqual(["edited 8", "edited 9", "edited 10"]);
  expect(asked).toEqual([undefined, "8", "8", "9"]);
  const waits = states.flatMap((one) => (one.state === "waiting" ? [one.error.code] : []));
  expect(waits).toEqual(["UNREACHABLE", "HTTP_ERROR", "UNREACHABLE"]);
});

test("a hub that is away at the start is told, unless one wants to wait for it", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await expect(new HubClient({ url }).watch().next()).rejects.toMatchObject({
    code: "UNREACHABLE",
  });
  const states: WatchState[] = [];
  const stream = new HubClient({ url }).watch({
    waitsForHub: true,
    after: 0,
    onState: (state) => states.push(state),
  });
  const next = stream.next();
  await until("the first refusal", () => states.length > 0);
  const hub = await TestHub.start({ port });
  await hub.announce("late", "http://127.0.0.1:9/mcp");
  expect((await next).value).toMatchObject({ kind: "registered", serverId: "late" });
  await stream.return();
});

test.each([
  ["no JSON", "event: edited\nid: 9\ndata: <p>\n\n"],
  ["no event", 'event: edited\nid: 9\ndata: {"kind":"edited"}\n\n'],
])("a stream with %s in it is none of a hub", async (_, text) => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: ready\nid: 1\ndata: {}\n\n${text}`);
  });
  await expect(new HubClient({ url }).watch().next()).rejects.toMatchObject({ code: "NOT_A_HUB" });
});

test("a question that the hub refuses is not asked again", async () => {
  const hub = await TestHub.start();
  const wrong = "sneezed" as "edited"; // what somebody without types may write
  await expect(new HubClient({ url: hub.url }).watch({ kind: wrong }).next()).rejects.toMatchObject(
    {
      status: 400,
      code: "INVALID_REQUEST",
    },
  );
});

test("it ends with its signal, before, while and after it waits", async () => {
  const hub = await TestHub.start();
  const client = new HubClient({ url: hub.url });
  const aborted = AbortSignal.abort();
  expect(await client.watch({ signal: aborted }).next()).toEqual({ done: true, value: undefined });
  const controller = new AbortController();
  const stream = client.watch({ signal: controller.signal, onState: () => controller.abort() });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});
