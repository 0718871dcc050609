import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  type Payload,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const uri = "test://shared";
const template = "test://items/{id}";
const shown = `hub.second+${uri}`;
const shownTemplate = `hub.second+${template}`;

const offer = {
  tools: ["same"],
  prompts: [{ name: "same" }],
  resources: [{ uri, name: "shared" }],
  resourceTemplates: [{ uriTemplate: template, name: "items" }],
};

/** Every answer says whose it is, and links to what both have. */
function speakAs(upstream: Upstream, who: string): void {
  upstream.on("same", (call) =>
    call.method === "prompts/get"
      ? { messages: [{ role: "user", content: { type: "text", text: who } }] }
      : {
          content: [
            { type: "text", text: who },
            { type: "resource_link", uri, name: "shared" },
            { type: "resource", resource: { uri, text: who } },
          ],
          structuredContent: { uri },
        },
  );
  for (const own of [uri, "test://items/7"])
    upstream.on(own, () => ({ contents: [{ uri: own, text: who }] }));
  upstream.on("", () => ({ completion: { values: [who] } }));
}

type Kind = "legacy" | "modern";

async function twoServers(era: Kind) {
  const hub = await TestHub.start();
  const start = () =>
    era === "legacy" ? LegacyUpstream.start(offer) : ModernUpstream.start(offer);
  const [first, second] = [await start(), await start()];
  speakAs(first, "first");
  speakAs(second, "second");
  await hub.register("first", first);
  // The older of two keeps its URIs, so the second must really be younger.
  await new Promise((resolve) => setTimeout(resolve, 2));
  await hub.register("second", second);
  return { hub, first, second };
}

const connect = (hub: TestHub, kind: Kind) =>
  kind === "legacy" ? LegacyClient.open(hub.url) : Promise.resolve(new ModernClient(hub.url));

function members(result: Payload | undefined, kind: string, member: string): unknown[] {
  const items = (result?.[kind] ?? []) as readonly Payload[]; // a list by the revision
  return items.map((item) => item[member]);
}

for (const era of ["legacy", "modern"] as const) {
  for (const kind of ["legacy", "modern"] as const) {
    describe(`two ${era} servers with equal names, seen by a ${kind} client`, () => {
      test("are listed apart: names carry the server, and the younger one's URIs do", async () => {
        const { hub } = await twoServers(era);
        const client = await connect(hub, kind);
        const list = async (method: string) => (await client.ask(method)).result;
        const tools = members(await list("tools/list"), "tools", "name");
        expect(tools.filter((name) => !String(name).startsWith("hub__"))).toEqual([
          "first__same",
          "second__same",
        ]);
        expect(members(await list("prompts/list"), "prompts", "name")).toEqual([
          "first__same",
          "second__same",
        ]);
        expect(members(await list("resources/list"), "resources", "uri")).toEqual([uri, shown]);
        const templates = await list("resources/templates/list");
        expect(members(templates, "resourceTemplates", "uriTemplate")).toEqual([
          template,
          shownTemplate,
        ]);
      });

      test("are all reachable, and links in results lead back to the server they came from", async () => {
        const { hub } = await twoServers(era);
        const client = await connect(hub, kind);
        for (const [who, link] of [
          ["first", uri],
          ["second", shown],
        ] as const) {
          const { result } = (await client.call(`${who}__same`).done).response;
          expect(result).toMatchObject({
            content: [
              { text: who },
              { type: "resource_link", uri: link },
              { type: "resource", resource: { uri: link, text: who } },
            ],
            // Data of the tool's own stays as it is.
            structuredContent: { uri },
          });
          const prompt = await client.ask("prompts/get", { name: `${who}__same` });
          expect(prompt.result).toMatchObject({ messages: [{ content: { text: who } }] });
          const read = await client.ask("resources/read", { uri: link });
          expect(read.result).toMatchObject({ contents: [{ uri: link, text: who }] });
          const item = link.replace("shared", "items/7");
          const made = await client.ask("resources/read", { uri: item });
          expect(made.result).toMatchObject({ contents: [{ uri: item, text: who }] });
          for (const ref of [
            { type: "ref/prompt", name: `${who}__same` },
            { type: "ref/resource", uri: link.replace(uri, template) },
          ]) {
            const argument = { name: "id", value: "" };
            const completed = await client.ask("completion/complete", { ref, argument });
            expect(completed.result).toMatchObject({ completion: { values: [who] } });
          }
        }
      });
    });
  }

  test(`updates of ${era} servers with equal URIs reach those who follow the one and not the other`, async () => {
    const { hub, first, second } = await twoServers(era);
    const client = await LegacyClient.open(hub.url);
    const stream = await client.listen();
    const modern = await new ModernClient(hub.url).listen({ resourceSubscriptions: [shown] });
    await client.ask("resources/subscribe", { uri });
    await client.ask("resources/subscribe", { uri: shown });
    const isFollowed = (upstream: Upstream) =>
      upstream instanceof LegacyUpstream
        ? upstream.subscriptions.length === 1
        : upstream instanceof ModernUpstream && upstream.followed.length === 1;
    await until("both to be followed", () => isFollowed(first) && isFollowed(second));
    const updates = (exchange: typeof stream) =>
      exchange.named("notifications/resources/updated").map(({ params }) => params?.uri);
    first.announce("notifications/resources/updated", { uri });
    await until("the first update", () => updates(stream).length === 1);
    second.announce("notifications/resources/updated", { uri });
    await until("the second update", () => updates(stream).length === 2);
    expect(updates(stream)).toEqual([uri, shown]);
    await until("the modern client's", () => updates(modern).length === 1);
    expect(updates(modern)).toEqual([shown]);
  });
}

describe("the name of a tool at its server", () => {
  test("is found again, however odd or long, and Mcp-Name says the same as the body", async () => {
    const hub = await TestHub.start();
    const names = ["plain", "with.dot/and space", "ünï", "x".repeat(120), "a__b"];
    const upstream = await ModernUpstream.start({ tools: names });
    for (const name of names) upstream.on(name, (call) => textResult(call.name));
    await hub.register("odd", upstream);
    const client = new ModernClient(hub.url);
    const listed = members((await client.ask("tools/list")).result, "tools", "name")
      .map(String)
      .filter((name) => name.startsWith("odd__"));
    expect(listed).toHaveLength(names.length);
    const found: string[] = [];
    for (const name of listed) {
      expect(name).toMatch(/^[A-Za-z0-9_-]{1,50}$/);
      found.push(textOf((await client.call(name).done).response));
    }
    expect(found.sort()).toEqual([...names].sort());
    for (const { headers, name } of upstream.calls) {
      const sent = String(headers["mcp-name"]);
      const encoded = /^=\?base64\?(.*)\?=$/.exec(sent)?.[1];
      expect(encoded === undefined ? sent : Buffer.from(encoded, "base64").toString()).toBe(name);
    }
  });

  test("is found under its longer name of before as well, by clients of both eras", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["x".repeat(50), "y".repeat(120)] });
    for (const name of ["x".repeat(50), "y".repeat(120)])
      upstream.on(name, (call) => textResult(call.name));
    await hub.register("odd", upstream);
    const cut = "odd__yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy_";
    const listed = (await new ModernClient(hub.url).ask("tools/list")).result;
    const hash = /_([0-9a-f]{8})$/.exec(
      members(listed, "tools", "name")
        .map(String)
        .find((name) => name.startsWith("odd__y")) ?? "",
    )?.[1];
    for (const client of [new ModernClient(hub.url), await LegacyClient.open(hub.url)]) {
      const long = (await client.call(`odd__${"x".repeat(50)}`).done).response;
      expect(textOf(long)).toBe("x".repeat(50));
      expect(textOf((await client.call(`${cut}${hash}`).done).response)).toBe("y".repeat(120));
    }
  });

  test("that two servers' hashes share is the older server's, and the other's is named", async () => {
    const hub = await TestHub.start();
    const of = (end: number) => `transfer_money_to_account_number_given_as_${end}`;
    const [first, second] = [of(12_909), of(60_621)];
    for (const [id, name] of [
      ["collision-server-two", first],
      ["collision-server-one", second],
    ] as const) {
      const upstream = await ModernUpstream.start({ tools: [name] });
      upstream.on(name, () => textResult(id));
      await hub.register(id, upstream);
    }
    const client = new ModernClient(hub.url, { path: "/mcp?hub=off" });
    const { result } = await client.ask("tools/list");
    const names = members(result, "tools", "name").map(String);
    expect(names).toEqual(["collision-server__transfer_money_to_accou_49ea68d7"]);
    expect(result?._meta).toMatchObject({
      "mcp-hub/ambiguous": [
        { name: names[0], servers: ["collision-server-two", "collision-server-one"] },
      ],
    });
    const { response } = await client.call(names[0] ?? "").done;
    expect(textOf(response)).toBe("collision-server-two");
  });

  test("without prefixes, what two servers have is left out and named, and the rest keeps its name", async () => {
    const hub = await TestHub.start();
    await hub.register("one", await ModernUpstream.start({ tools: ["same", "mine"] }));
    await hub.register("two", await ModernUpstream.start({ tools: ["same"] }));
    const client = new ModernClient(hub.url, { path: "/mcp?prefix=never&hub=off" });
    const { result } = await client.ask("tools/list");
    expect(members(result, "tools", "name")).toEqual(["mine"]);
    expect(result?._meta).toMatchObject({
      "mcp-hub/ambiguous": [{ name: "same", servers: ["one", "two"] }],
    });
  });
});

describe("a list of which a part is missing", () => {
  test("names the dead server, since when and why, and still shows what it offered while that may come back", async () => {
    const hub = await TestHub.start({ limits: { graceMs: 200 } });
    await hub.register("alive", await ModernUpstream.start());
    const lease = await hub.register("dead", await ModernUpstream.start());
    await hub.deregister(lease);
    for (const client of [new ModernClient(hub.url), await LegacyClient.open(hub.url)]) {
      await until("it to be gone from the list", async () => {
        const { result } = await client.ask("tools/list");
        return !members(result, "tools", "name").includes("dead__echo");
      });
    }
    const client = new ModernClient(hub.url, { path: "/mcp?servers=alive,dead,nobody&hub=off" });
    const { result } = await client.ask("tools/list");
    expect(members(result, "tools", "name")).toEqual(["alive__echo"]);
    expect(result?._meta).toMatchObject({
      "mcp-hub/missing": [
        {
          server: "dead",
          name: "dead",
          status: "down",
          listed: false,
          since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          reason: expect.stringContaining("left"),
        },
        { server: "nobody", status: "unknown", listed: false, reason: expect.any(String) },
      ],
    });
    const { response } = await client.call("dead__echo").done;
    expect(response.error).toMatchObject({
      code: -31_001,
      message: expect.stringMatching(/^dead \(dead, down\): It left at .*The call did not run\./),
    });
  });

  test("a server in its grace period is listed, and a call to it says that it left", async () => {
    const hub = await TestHub.start();
    const lease = await hub.register("away", await ModernUpstream.start());
    const client = new ModernClient(hub.url, { path: "/mcp?hub=off" });
    await client.ask("tools/list");
    await hub.deregister(lease);
    const { result } = await client.ask("tools/list");
    expect(members(result, "tools", "name")).toEqual(["away__echo"]);
    expect(result?._meta).toMatchObject({
      "mcp-hub/missing": [{ server: "away", listed: true }],
    });
    const { response } = await client.call("away__echo").done;
    expect(response.error).toMatchObject({
      message: expect.stringContaining("away (away, down)"),
      data: { hubError: "SERVER_UNAVAILABLE", mayHaveRun: false },
    });
  });
});
