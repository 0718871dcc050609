import { HubError } from "@hub/core";
import { holdEvent } from "@hub/testing";
import { describe, expect, test } from "vitest";
import {
  createTestApp,
  postJson,
  server1,
  type TestApp,
  type TestResponse,
} from "./support/test-app.js";

type Message = {
  readonly event: string;
  readonly id: number;
  readonly data: { readonly name?: string; readonly reason?: string };
};

/** Reads messages of an event stream until `count` have come, then leaves. */
async function readMessages(response: TestResponse, count: number): Promise<Message[]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error("no body");
  const messages: Message[] = [];
  let text = "";
  while (messages.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const event = field("event");
      if (event === undefined) continue;
      const data = field("data") ?? "{}";
      if (event !== "ready" && event !== "reset") holdEvent(data);
      messages.push({ event, id: Number(field("id")), data: JSON.parse(data) });
    }
  }
  await reader.cancel();
  return messages;
}

const stream = (hub: TestApp, headers: Record<string, string> = {}, query = "") =>
  hub.app.request(`/events${query}`, { headers: { accept: "text/event-stream", ...headers } });

const register = (hub: TestApp, index: number) =>
  postJson(hub.app, "/register", {
    ...server1,
    name: `S${index}`,
    endpoint: `http://localhost:${9_000 + index}/mcp`,
  });

/** How many listen to the registry now. */
function countListeners(hub: TestApp): () => number {
  let count = 0;
  const subscribe = hub.registry.subscribe.bind(hub.registry);
  hub.registry.subscribe = (listener) => {
    const stop = subscribe(listener);
    count += 1;
    return () => {
      stop();
      count -= 1;
    };
  };
  return () => count;
}

describe("GET /events as a stream", () => {
  test("tells what happens from now on, in order, with the number of each event", async () => {
    const hub = await createTestApp();
    await register(hub, 0);
    const response = await stream(hub);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reading = readMessages(response, 3);
    await register(hub, 1);
    await register(hub, 2);
    const messages = await reading;
    expect(messages.map((one) => [one.event, one.id, one.data.name])).toEqual([
      ["ready", 1, undefined],
      ["registered", 2, "S1"],
      ["registered", 3, "S2"],
    ]);
  });

  test("resumes after Last-Event-ID: what was missed comes first, nothing twice", async () => {
    const hub = await createTestApp();
    for (let index = 0; index < 1_200; index += 1) await register(hub, index);
    const response = await stream(hub, { "last-event-id": "3" });
    const reading = readMessages(response, 1_199);
    await register(hub, 1_200);
    const ids = (await reading).slice(1).map((one) => one.id);
    expect(ids).toEqual(Array.from({ length: 1_198 }, (_, index) => index + 4));
  });

  test("a reader that asks for events that are gone, or from another journal, is told to read the list again", async () => {
    const hub = await createTestApp();
    await register(hub, 0);
    const [ahead] = await readMessages(await stream(hub, { "last-event-id": "999" }), 1);
    expect(ahead).toMatchObject({ event: "reset", id: 1, data: { reason: "events-gone" } });
  });

  test("may be narrowed to a server and to kinds", async () => {
    const hub = await createTestApp();
    await register(hub, 0);
    await register(hub, 1);
    const byServer = await readMessages(
      await stream(hub, { "last-event-id": "0" }, "?server=s1"),
      2,
    );
    expect(byServer.map((one) => one.data.name)).toEqual([undefined, "S1"]);
    const byKind = await readMessages(
      await stream(hub, { "last-event-id": "0" }, "?kind=registered"),
      3,
    );
    expect(byKind.slice(1).map((one) => one.event)).toEqual(["registered", "registered"]);
  });

  test("ends when the hub stops, and leaves no listener behind when the reader goes", async () => {
    const hub = await createTestApp();
    const reading = readMessages(await stream(hub), 100);
    hub.stopping.abort();
    expect((await reading).map((one) => one.event)).toEqual(["ready"]);
  });
});

describe("while the store is away, a stream", () => {
  /** A hub whose store does not answer the first question of each kind. */
  async function withStoreAway() {
    const hub = await createTestApp();
    await register(hub, 0);
    const asked = { oldestSeq: 0, journal: 0 };
    const { registry } = hub;
    const real = {
      oldestSeq: registry.oldestSeq.bind(registry),
      journal: registry.journal.bind(registry),
    };
    const answered = async <Found>(what: keyof typeof asked, read: () => Promise<Found>) => {
      asked[what] += 1;
      if (asked[what] === 1) throw new HubError("STORE_UNAVAILABLE", "The store is away.");
      return read();
    };
    registry.oldestSeq = () => answered("oldestSeq", real.oldestSeq);
    registry.journal = (query) => answered("journal", () => real.journal(query));
    return { hub, asked };
  }

  test("opens where its reader has missed nothing, since it needs nothing of it", async () => {
    const { hub, asked } = await withStoreAway();
    const { lastSeq } = hub.registry;
    for (const headers of [{}, { "last-event-id": String(lastSeq) }])
      expect(await readMessages(await stream(hub, headers), 1)).toEqual([
        { event: "ready", id: lastSeq, data: { lastSeq } },
      ]);
    expect(asked).toEqual({ oldestSeq: 0, journal: 0 });
  });

  test("waits for what was missed until the store answers", async () => {
    const { hub, asked } = await withStoreAway();
    const missed = await readMessages(await stream(hub, { "last-event-id": "0" }), 2);
    expect(missed.map(({ event, id }) => [event, id])).toEqual([
      ["ready", 0],
      ["registered", 1],
    ]);
    expect([asked.oldestSeq, asked.journal, hub.errors]).toEqual([2, 2, []]);
  });

  test("that waits leaves nothing behind when its reader goes", async () => {
    const { hub } = await withStoreAway();
    const listeners = countListeners(hub);
    hub.registry.oldestSeq = () => Promise.reject(new HubError("STORE_UNAVAILABLE", "away"));
    const waiting = await stream(hub, { "last-event-id": "0" });
    expect(listeners()).toBe(1);
    await waiting.body?.cancel();
    expect([listeners(), hub.errors]).toEqual([0, []]);
  });
});

describe("a stream costs nothing once it is over", () => {
  test("HEAD asks about the stream without opening one", async () => {
    const hub = await createTestApp();
    const listeners = countListeners(hub);
    const response = await hub.app.request("/events", { method: "HEAD" });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(listeners()).toBe(0);
  });

  test("a reader that leaves, and a store that fails, leave no listener behind", async () => {
    const hub = await createTestApp();
    const listeners = countListeners(hub);
    await readMessages(await stream(hub), 1);
    expect(listeners()).toBe(0);
    await register(hub, 0);
    hub.registry.oldestSeq = () => Promise.reject(new Error("the disk is gone"));
    const broken = await stream(hub, { "last-event-id": "0" });
    expect(await readMessages(broken, 1)).toEqual([]);
    expect(hub.errors).toEqual([expect.objectContaining({ message: "the disk is gone" })]);
    expect(listeners()).toBe(0);
  });
});

describe("GET /events as JSON", () => {
  test("is the journal, newest first, in pages", async () => {
    const hub = await createTestApp();
    for (let index = 0; index < 5; index += 1) await register(hub, index);
    const page = async (query: string) =>
      (
        await hub.app.request(`/events${query}`, { headers: { accept: "application/json" } })
      ).json();
    const first = await page("?limit=3");
    expect(first.events.map((one: { seq: number }) => one.seq)).toEqual([5, 4, 3]);
    expect(first.events[0]).toMatchObject({
      kind: "registered",
      name: "S4",
      serverId: "s4",
      at: "2026-11-23T12:00:00.000Z",
      isNewServer: true,
    });
    const second = await page(`?limit=3&cursor=${first.nextCursor}`);
    expect(second.events.map((one: { seq: number }) => one.seq)).toEqual([2, 1]);
    expect(second.nextCursor).toBeUndefined();
    expect((await page("?server=s2")).events).toHaveLength(1);
    expect((await hub.app.request("/events?kind=heartbeat")).status).toBe(400);
  });

  test("heartbeats are no events", async () => {
    const hub = await createTestApp();
    const { lease } = await (
      await postJson(hub.app, "/register", { ...server1, lease: {} })
    ).json();
    for (let beat = 0; beat < 5; beat += 1)
      await hub.app.request(`/leases/${lease.id}`, { method: "PUT" });
    expect((await (await hub.app.request("/events?limit=10")).json()).events).toHaveLength(1);
  });
});
