import { closeAll, LegacyClient, LegacyUpstream, TestHub, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const news = "notifications/message";

async function listening() {
  const hub = await TestHub.start();
  const upstream = await LegacyUpstream.start();
  await hub.register("one", upstream);
  const client = await LegacyClient.open(hub.url);
  const heard = await client.listen();
  await client.call("one__echo").done;
  const streamOf = () => upstream.clientSessions[0]?.stream;
  const first = await until("the hub to listen", streamOf);
  return { upstream, client, heard, streamOf, first };
}

describe("a server whose own stream ends while its client listens", () => {
  for (const how of ["end", "destroy"] as const)
    test(`by ${how}: is heard again with one of the next calls, in the same session`, async () => {
      const { upstream, client, heard, streamOf, first } = await listening();
      first[how]();
      await until("the hub to listen again", async () => {
        await client.call("one__echo").done;
        return streamOf() !== first;
      });
      upstream.announce(news, { level: "info", data: "news" });
      await until("the client to hear", () => heard.named(news).length === 1);
      expect(upstream.clientSessions).toHaveLength(1);
    });
});

describe("a server that refuses to have a stream of its own", () => {
  for (const status of [400, 404, 405, 501])
    test(`with ${status}: is not asked for it with every call`, async () => {
      const hub = await TestHub.start();
      const upstream = await LegacyUpstream.start();
      upstream.handleOther = (_, response) => void response.writeHead(status).end();
      await hub.register("one", upstream);
      const client = await LegacyClient.open(hub.url);
      await client.listen();
      for (let calls = 0; calls < 20; calls += 1) await client.call("one__echo").done;
      expect(upstream.count("GET")).toBeLessThan(10);
    });
});

describe("a server whose own streams end at once", () => {
  test("is not asked for one with every call, however far apart the calls are", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start();
    upstream.handleOther = (_, response) =>
      void response.writeHead(200, { "content-type": "text/event-stream" }).end(":\n\n");
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url);
    await client.listen();
    for (let calls = 0; calls < 20; calls += 1) await client.call("one__echo").done;
    expect(upstream.count("GET")).toBeLessThan(10);
  });
});
