import {
  closeAll,
  type Exchange,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  TestHub,
  tool,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const uri = "test://a";
const updated = "notifications/resources/updated";
const resources = [{ uri, name: "a" }];

const listChanged = "notifications/tools/list_changed";

const updates = (stream: Exchange) =>
  stream.messages.filter(({ method }) => method === updated).map(({ params }) => params?.uri);

/** The streams on which the hub itself hears a server, also those that are over. */
class Heard extends LegacyUpstream {
  readonly streams: { end(): void }[] = [];

  override handleOther(...given: Parameters<LegacyUpstream["handleOther"]>): void {
    const [request, response] = given;
    const session = this.sessions.get(String(request.headers["mcp-session-id"]));
    if (request.method === "GET" && session?.client === "mcp-hub") this.streams.push(response);
    super.handleOther(...given);
  }
}

/** Has the server say that a list changed, and waits until that is read: after what was to be read before. */
async function readOnce(upstream: LegacyUpstream, stream: Exchange): Promise<void> {
  const before = stream.named(listChanged).length;
  upstream.announce(listChanged);
  await until("it to be read and told", () => stream.named(listChanged).length > before);
}

async function start<T extends LegacyUpstream>(upstream: T) {
  await upstream.start();
  const hub = await TestHub.start();
  await hub.register("first", upstream);
  return { hub, upstream };
}

describe("what changed while the hub did not hear a 2025 server", () => {
  test("is read when it hears it again: its lists once, however many of them may have changed", async () => {
    const { hub, upstream } = await start(new Heard({ resources }));
    await until("the hub to hear it", () => upstream.streams.length === 1);
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    // Nobody hears that these are others now.
    upstream.streams[0]?.end();
    upstream.offer.tools = [...upstream.offer.tools, tool("added")];
    const from = upstream.log.length;
    await until("the change to be told", () => stream.named(listChanged).length > 0);
    expect(JSON.stringify(await client.ask("tools/list"))).toContain("first__added");
    await readOnce(upstream, stream);
    const since = upstream.log.slice(from);
    expect(since.indexOf("GET")).toBeGreaterThanOrEqual(0);
    expect(since.indexOf("GET")).toBeLessThan(since.indexOf("POST tools/list"));
    // One for the gap, and one for what the server said.
    expect(since.filter((one) => one === "POST tools/list")).toHaveLength(2);
  });

  test("is not looked for in lists that it never tells of", async () => {
    const capabilities = { tools: {}, resources: { subscribe: true } };
    const { hub, upstream } = await start(new Heard({ resources, capabilities }));
    await until("the hub to hear it", () => upstream.streams.length === 1);
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    await client.ask("resources/subscribe", { uri });
    const from = upstream.count("POST tools/list");
    upstream.streams[0]?.end();
    await until("the resource to be told of", () => updates(stream).length > 0);
    // A server may say what it never announced.
    await readOnce(upstream, stream);
    expect(upstream.count("POST tools/list") - from).toBe(1);
  });

  test("is read of all its instances together, however many of them were not heard", async () => {
    const hub = await TestHub.start();
    const upstream = new Heard({ resources });
    const other = new Heard({ resources });
    // Instances of one server have a key in common.
    const serviceKey = "k".repeat(32);
    for (const one of [upstream, other])
      await hub.announce("first", (await one.start()).endpoint, { serviceKey });
    await hub.whenUp("first", 2);
    const both = [upstream, other];
    await until("both to be heard", () => both.every(({ streams }) => streams.length === 1));
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    const from = both.map((one) => one.count("POST tools/list"));
    for (const { streams } of both) streams[0]?.end();
    await until("both to be heard again", () => both.every(({ streams }) => streams.length === 2));
    await readOnce(upstream, stream);
    const readings = both.map((one, at) => one.count("POST tools/list") - (from[at] ?? 0));
    expect(readings).toEqual([2, 2]);
  });

  test("is looked for in its lists though it does not answer who wants to follow a resource", async () => {
    class Mute extends Heard {
      override handle(...given: Parameters<LegacyUpstream["handle"]>): void {
        if ((given[0] as Message).method !== "resources/subscribe") super.handle(...given);
      }
    }
    const upstream = await new Mute({ resources }).start();
    const hub = await TestHub.start({ limits: { handshakeMs: 600_000 } });
    await hub.register("first", upstream);
    await until("the hub to hear it", () => upstream.streams.length === 1);
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    await client.ask("resources/subscribe", { uri });
    upstream.offer.tools = [...upstream.offer.tools, tool("added")];
    upstream.streams[0]?.end();
    await until("the change to be told", () => stream.named(listChanged).length > 0);
    expect(updates(stream)).toEqual([]);
  });

  test("is told to whoever follows a resource, once the server is heard again", async () => {
    const { hub, upstream } = await start(new Heard({ resources }));
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    await client.ask("resources/subscribe", { uri });
    expect(updates(stream)).toEqual([]);
    // It may change now.
    upstream.streams[0]?.end();
    await until("the client to hear of it", () => updates(stream).length > 0);
    expect(upstream.streams).toHaveLength(2);
    upstream.announce(updated, { uri });
    await until("the next change", () => updates(stream).length > 1);
    expect(updates(stream)).toEqual([uri, uri]);
  });
});

describe("a server that takes longer to follow a resource than its client waits", () => {
  test("speaks 2025-11-25: the client hears of a change when the server follows it", async () => {
    let follow = () => {};
    class Busy extends LegacyUpstream {
      override handle(...given: Parameters<LegacyUpstream["handle"]>): void {
        if ((given[0] as Message).method !== "resources/subscribe") super.handle(...given);
        else follow = () => super.handle(...given);
      }
    }
    const { hub, upstream } = await start(new Busy({ resources }));
    await until("the hub to hear it", () => upstream.count("GET") === 1);
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    expect((await client.ask("resources/subscribe", { uri })).error).toBeUndefined();
    expect(upstream.subscriptions).toEqual([]);
    expect(updates(stream)).toEqual([]);
    follow();
    await until("the client to hear of it", () => updates(stream).length > 0);
    expect(upstream.subscriptions).toEqual([`subscribe ${uri}`]);
    expect(updates(stream)).toEqual([uri]);
  });

  test("speaks 2025-11-25 and never answers: it is asked again, and the client hears when it has answered", async () => {
    let asked = 0;
    class Lost extends LegacyUpstream {
      override handle(...given: Parameters<LegacyUpstream["handle"]>): void {
        const isAsked = (given[0] as Message).method === "resources/subscribe";
        if (isAsked) asked += 1;
        if (!isAsked || asked > 1) super.handle(...given);
      }
    }
    const upstream = await new Lost({ resources }).start();
    // Longer than the client waits.
    const hub = await TestHub.start({ limits: { handshakeMs: 2_500 } });
    await hub.register("first", upstream);
    await until("the hub to hear it", () => upstream.count("GET") === 1);
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    await client.ask("resources/subscribe", { uri });
    await until("the client to hear of it", () => updates(stream).length > 0);
    expect(upstream.subscriptions).toEqual([`subscribe ${uri}`]);
    upstream.announce(updated, { uri });
    await until("the next change", () => updates(stream).length > 1);
    expect(updates(stream)).toEqual([uri, uri]);
  });

  test("speaks 2026-07-28: the client hears of a change when the server follows it", async () => {
    const listens: (() => void)[] = [];
    let isBusy = false;
    class Busy extends ModernUpstream {
      override handle(...given: Parameters<ModernUpstream["handle"]>): void {
        const isListen = (given[0] as Message).method === "subscriptions/listen";
        if (isListen && isBusy) listens.push(() => super.handle(...given));
        else super.handle(...given);
      }
    }
    const upstream = await new Busy({ resources }).start();
    const hub = await TestHub.start();
    await hub.register("first", upstream);
    await until("the hub to hear it", () => upstream.count("POST subscriptions/listen") === 1);
    isBusy = true;
    const stream = await new ModernClient(hub.url).listen({ resourceSubscriptions: [uri] });
    await until("the client to be told that it follows it", () => stream.messages.length > 0);
    expect(updates(stream)).toEqual([]);
    expect(listens).toHaveLength(1);
    for (const listen of listens) listen();
    await until("the client to hear of it", () => updates(stream).length > 0);
    expect(updates(stream)).toEqual([uri]);
  });
});
