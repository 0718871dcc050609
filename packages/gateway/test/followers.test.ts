import {
  closeAll,
  type Exchange,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  type Upstream,
  until,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** Each begins as others do. */
const uris = [
  "test:/",
  "test://a",
  "test://a/",
  "test://a/b",
  "test://ab",
  "test://a?x=%2F",
  "TEST://a",
];
/** What nobody can follow, or nobody asked for. */
const strangers = [
  "",
  "t",
  "test:",
  "test://",
  "test://a/b/c",
  "test://a/b ",
  "hub.first+test://a",
];
/** Everybody follows it, and it comes last. */
const last = "test://last";
const updated = "notifications/resources/updated";
const names = ["first", "second"] as const;

const exposed = (server: string, uri: string) => (server === "first" ? uri : `hub.second+${uri}`);

const offer = {
  resources: [...uris, last].map((uri) => ({ uri, name: uri })),
};

/** What one client follows of each of two servers with equal URIs. */
const wishes = fc.record({
  isModern: fc.boolean(),
  first: fc.subarray(uris),
  second: fc.subarray(uris),
});

type Wishes = { readonly isModern: boolean } & Readonly<Record<(typeof names)[number], string[]>>;

async function follow(hub: TestHub, wished: Wishes): Promise<Exchange> {
  const all = names.flatMap((name) => [...wished[name], last].map((uri) => exposed(name, uri)));
  if (wished.isModern) return new ModernClient(hub.url).listen({ resourceSubscriptions: all });
  const client = await LegacyClient.open(hub.url);
  const stream = await client.listen();
  for (const uri of all) await client.ask("resources/subscribe", { uri });
  return stream;
}

for (const [era, start] of [
  ["2025", () => LegacyUpstream.start(offer)],
  ["2026", () => ModernUpstream.start(offer)],
] as const) {
  describe(`updates of resources of ${era} servers`, () => {
    test("reach those who follow that very URI of that server, and nobody else", async () => {
      const hub = await TestHub.start();
      const upstreams: Upstream[] = [];
      for (const name of names) {
        const upstream = await start();
        await hub.register(name, upstream);
        upstreams.push(upstream);
      }
      // A stream that another one replaces hears on until that stands, and then all is told once.
      const isSettled = (one: Upstream) =>
        one instanceof LegacyUpstream
          ? [...one.sessions.values()].some(({ stream }) => stream !== undefined)
          : one instanceof ModernUpstream && one.listening.size === 1;
      await until("the hub to listen", () => upstreams.every(isSettled));
      const samples = fc.sample(fc.array(wishes, { minLength: 3, maxLength: 4 }), 3);
      for (const clients of samples) {
        const streams = await Promise.all(clients.map((wished) => follow(hub, wished)));
        // Nobody who follows is kept waiting for long until a server knows.
        const isKnown = (one: Upstream, at: number) => {
          const asked = [last, ...clients.flatMap((wished) => wished[names[at] ?? "first"])];
          return asked.every((uri) =>
            one instanceof LegacyUpstream
              ? one.subscriptions.findLast((said) => said.endsWith(`subscribe ${uri}`)) ===
                `subscribe ${uri}`
              : one instanceof ModernUpstream && one.followed.includes(uri),
          );
        };
        await until("each server to know what is followed", () => upstreams.every(isKnown));
        await until("one stream to each server", () => upstreams.every(isSettled));
        for (const upstream of upstreams)
          for (const uri of [...strangers, ...uris, ...strangers, last])
            upstream.announce(updated, { uri });
        for (const [at, wished] of clients.entries()) {
          const heard = () => (streams[at]?.named(updated) ?? []).map(({ params }) => params?.uri);
          const ends = names.map((name) => exposed(name, last));
          await until("the last updates", () => ends.every((uri) => heard().includes(uri)));
          const expected = names.flatMap((name) =>
            [...wished[name], last].map((uri) => exposed(name, uri)),
          );
          expect(heard().sort()).toEqual(expected.sort());
        }
        for (const stream of streams) stream.close();
      }
    });

    test("cannot be asked for with what is no absolute URI", async () => {
      const hub = await TestHub.start();
      await hub.register("first", await start());
      const client = await LegacyClient.open(hub.url);
      const modern = new ModernClient(hub.url);
      for (const uri of ["", "test", "//a", "/a", " test://a", "test:", 5, null]) {
        const expected = {
          code: -32_602,
          message: expect.stringContaining(
            `an absolute URI, such as file:///notes.txt, got ${JSON.stringify(uri)}`,
          ),
        };
        expect((await client.ask("resources/subscribe", { uri })).error).toMatchObject(expected);
        const resourceSubscriptions = ["test://a", uri];
        const { response } = await modern.send("subscriptions/listen", {
          notifications: { resourceSubscriptions },
        }).done;
        expect(response.error).toMatchObject(expected);
        expect(response.error?.message).toContain("resourceSubscriptions[1]");
      }
    });
  });
}
