import {
  closeAll,
  type Exchange,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  quiet,
  TestHub,
  tool,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** Longer than changes are gathered, and than anything still under way takes. */
const settleMs = 350;
const graceMs = 1_000;

const everyKind = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
};

const prompt = (name: string) => ({ name });
const resource = (uri: string) => ({ uri, name: uri });

function changes(stream: Exchange): string[] {
  return stream.messages
    .map(({ method }) => method ?? "")
    .filter((method) => method.endsWith("/list_changed"))
    .sort();
}

const all = ["prompts", "resources", "tools"].map((kind) => `notifications/${kind}/list_changed`);

async function listening(hub: TestHub) {
  const legacy = await LegacyClient.open(hub.url);
  const streams = [await legacy.listen(), await new ModernClient(hub.url).listen(everyKind)];
  const heard = async (expected: readonly string[]) => {
    await until(`to hear ${expected.join()}`, () =>
      streams.every((stream) => changes(stream).length >= expected.length),
    );
    await quiet(settleMs);
    for (const stream of streams) expect(changes(stream)).toEqual([...expected].sort());
    for (const stream of streams) stream.messages.length = 0;
  };
  const heardNothing = async () => {
    await quiet(settleMs);
    for (const stream of streams) expect(changes(stream)).toEqual([]);
  };
  return { heard, heardNothing, streams };
}

const offer = {
  prompts: [prompt("p")],
  resources: [resource("test://r")],
  resourceTemplates: [{ uriTemplate: "test://t/{id}", name: "t" }],
};

describe("list_changed", () => {
  test("comes once per kind and client when a server registers, and when it has left for good", async () => {
    const hub = await TestHub.start({ limits: { graceMs } });
    const { heard, heardNothing } = await listening(hub);
    const lease = await hub.register("old", await LegacyUpstream.start(offer));
    await heard(all);
    await hub.deregister(lease);
    const modern = new ModernClient(hub.url);
    // In the grace period it is still listed, and the list says that it is away.
    const { result } = await modern.ask("prompts/list");
    expect(result?.prompts).toEqual([{ name: "old__p" }]);
    await heard(all);
    await heardNothing();
  });

  test("names only the kind that has changed, whatever revision the server speaks", async () => {
    const hub = await TestHub.start();
    const old = await LegacyUpstream.start(offer);
    const modern = await ModernUpstream.start({ ...offer, resources: [] });
    await hub.register("old", old);
    await hub.register("new", modern);
    await until("the hub to listen", () => modern.listening.size > 0);
    await until("the hub to listen", () =>
      [...old.sessions.values()].some(({ stream }) => stream !== undefined),
    );
    const { heard } = await listening(hub);
    old.offer.tools = [tool("echo"), tool("another")];
    old.announce("notifications/tools/list_changed");
    await heard(["notifications/tools/list_changed"]);
    modern.offer.prompts = [];
    modern.announce("notifications/prompts/list_changed");
    await heard(["notifications/prompts/list_changed"]);
    modern.offer.resourceTemplates = [];
    modern.announce("notifications/resources/list_changed");
    await heard(["notifications/resources/list_changed"]);
  });

  test("changes of many servers at once are told together", async () => {
    const hub = await TestHub.start();
    const { streams } = await listening(hub);
    const upstreams = await Promise.all(Array.from({ length: 10 }, () => ModernUpstream.start()));
    await Promise.all(upstreams.map((one, index) => hub.register(`server-${index}`, one)));
    await until("all to be up", () =>
      upstreams.every((_, at) => hub.status(`server-${at}`) === "up"),
    );
    await quiet(settleMs);
    for (const stream of streams) {
      expect(new Set(changes(stream))).toEqual(new Set(["notifications/tools/list_changed"]));
      // On a machine that does much else they may come so far apart that it takes more than one.
      expect(changes(stream).length).toBeLessThan(upstreams.length);
    }
  });

  test("does not come for each change of a server that flaps, nor is that server read for each", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start(offer);
    await hub.register("flips", upstream);
    await until("the hub to listen", () => upstream.listening.size > 0);
    const stream = await new ModernClient(hub.url).listen(everyKind);
    const isFlapping = async () => {
      const answer = await fetch(`${hub.url}/servers/flips`);
      return (await answer.text()).includes('"flapping":');
    };
    let flips = 0;
    const flip = async () => {
      flips += 1;
      upstream.offer.tools = [tool(`tool${flips}`)];
      upstream.announce("notifications/tools/list_changed");
      await quiet(100);
    };
    while (flips < 100 && !(await isFlapping())) await flip();
    expect(await isFlapping()).toBe(true);
    await quiet(settleMs);
    const heard = changes(stream).length;
    const readings = () => upstream.log.filter((one) => one === "POST tools/list").length;
    const before = readings();
    for (let again = 0; again < 20; again += 1) await flip();
    await quiet(settleMs);
    expect(changes(stream).length).toBe(heard);
    expect(readings()).toBe(before);
    const answer = await fetch(`${hub.url}/events?kind=capabilities-changed&limit=1000`, {
      headers: { accept: "application/json" },
    });
    const events = JSON.parse(await answer.text()).events as readonly object[];
    expect(events.filter((event) => "flapping" in event)).toHaveLength(1);
    expect(events.length).toBeLessThanOrEqual(24);
  });

  test("does not come when a server restarts with equal tools, nor for a blip shorter than the grace period", async () => {
    const hub = await TestHub.start({
      limits: { graceMs: 8_000 },
      settings: {
        heartbeatMs: 100,
        leaseMinMs: 100,
        leaseTtlMs: 200,
        downAfterMs: 200,
        sweepMs: 50,
      },
    });
    const upstream = await ModernUpstream.start(offer);
    const lease = await hub.register("new", upstream);
    const { heardNothing } = await listening(hub);
    // A rolling restart: it leaves, and comes back as another process elsewhere.
    await hub.deregister(lease);
    const successor = await ModernUpstream.start(offer);
    await hub.register("new", successor);
    await heardNothing();
    // A blip: its lease ran out, a call finds that nothing listens, and then it is back.
    await successor.stop();
    await new ModernClient(hub.url).call("new__echo").done;
    await until("the hub to notice", () => hub.status("new") === "down");
    await successor.start();
    await hub.register("new", successor);
    await heardNothing();
  });

  test("does not come to a client whose selection has not changed", async () => {
    const hub = await TestHub.start();
    await hub.register("one", await ModernUpstream.start());
    const stream = await new ModernClient(hub.url, { path: "/mcp?servers=one" }).listen(everyKind);
    await hub.register("two", await ModernUpstream.start());
    await quiet(settleMs);
    expect(changes(stream)).toEqual([]);
  });

  test("comes to a legacy client that was not listening as soon as it does", async () => {
    const hub = await TestHub.start();
    const client = await LegacyClient.open(hub.url);
    await hub.register("new", await ModernUpstream.start());
    await quiet(settleMs);
    const stream = await client.listen();
    await until("to hear of it", () => changes(stream).length > 0);
    expect(changes(stream)).toEqual(["notifications/tools/list_changed"]);
  });
});

const uri = "test://r";

describe("subscriptions to resources", () => {
  test("of several clients are one at a legacy server, and the last one ends it", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start(offer);
    await hub.register("old", upstream);
    await until("the hub to listen", () =>
      [...upstream.sessions.values()].some(({ stream }) => stream !== undefined),
    );
    const [one, two] = [await LegacyClient.open(hub.url), await LegacyClient.open(hub.url)];
    const streams = [await one.listen(), await two.listen()];
    for (const client of [one, two]) await client.ask("resources/subscribe", { uri });
    const modern = await new ModernClient(hub.url).listen({ resourceSubscriptions: [uri] });
    streams.push(modern);
    await until("the subscription", () => upstream.subscriptions.length > 0);
    upstream.announce("notifications/resources/updated", { uri });
    for (const stream of streams)
      await until("the update", () => stream.named("notifications/resources/updated").length === 1);
    await one.ask("resources/unsubscribe", { uri });
    modern.close();
    await quiet(100);
    upstream.announce("notifications/resources/updated", { uri });
    await until("the update", () => streams[1]?.named("notifications/resources/updated")[1]);
    expect(streams[0]?.named("notifications/resources/updated")).toHaveLength(1);
    expect(upstream.subscriptions).toEqual([`subscribe ${uri}`]);
    await two.end();
    await until("the end of it", () => upstream.subscriptions.length === 2);
    expect(upstream.subscriptions).toEqual([`subscribe ${uri}`, `unsubscribe ${uri}`]);
  });

  test("of several clients are one at a modern server, and the last one ends it", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start(offer);
    await hub.register("new", upstream);
    await until("the hub to listen", () => upstream.listening.size > 0);
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    await client.ask("resources/subscribe", { uri });
    const modern = await new ModernClient(hub.url).listen({ resourceSubscriptions: [uri] });
    expect(modern.messages[0]).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { resourceSubscriptions: [uri] } },
    });
    await until("the subscription", () => upstream.followed.length === 1);
    upstream.announce("notifications/resources/updated", { uri });
    for (const one of [stream, modern])
      await until("the update", () => one.named("notifications/resources/updated").length === 1);
    const [updated] = modern.named("notifications/resources/updated");
    const [acknowledged] = modern.messages;
    // Tagged with the id of the client's own listen request, not with the hub's.
    expect(updated?.params?._meta).toEqual(acknowledged?.params?._meta);
    await client.ask("resources/unsubscribe", { uri });
    await quiet(50);
    expect(upstream.followed).toEqual([uri]);
    modern.close();
    await until("the end of it", () => upstream.followed.length === 0);
    await until("one stream to be left", () => upstream.listening.size === 1);
    // However often it was replaced, it was never away.
    expect(upstream.fewestListening).toBe(1);
  });
});
