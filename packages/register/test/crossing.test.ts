import { until } from "@hub/testing";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { useHub } from "./support/harness.js";
import { openClient, type RawClientOptions } from "./support/raw-client.js";
import { Gate } from "./support/servers.js";

const harness = useHub();
const numRuns = Math.min(150, Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 75) / 5));

async function open(url: string | undefined, options: RawClientOptions) {
  const client = await openClient(url ?? "", options);
  harness.cleanups.push(() => client.close().catch(() => {}));
  return client;
}

const asText = (text: string) => ({ content: [{ type: "text" as const, text }] });

/** Asks and logs in the course of its calls (`ask`), and where nothing says of which one (`ask-aside`). */
function createAsking() {
  const gate = new Gate();
  const asked: string[] = [];
  const server = new ServerV1(
    { name: "asking", version: "1" },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  const jobs: (() => void)[] = [];
  // Started outside of every call, as a queue, a pool or a timer of a server is.
  const worker = setInterval(() => jobs.shift()?.(), 1);
  harness.cleanups.push(() => clearInterval(worker));

  const ask = async (message: string) => {
    const requestedSchema = { type: "object" as const, properties: {} };
    try {
      const { content } = await server.server.elicitInput({ message, requestedSchema });
      return `${content?.word}`;
    } catch (error) {
      return `refused: ${(error as Error).message}`; // the SDK throws nothing else
    }
  };
  const input = { inputSchema: { message: z.string() } };
  server.registerTool("ask", input, async ({ message }) => {
    await gate.wait(message);
    return asText(await ask(message));
  });
  server.registerTool(
    "ask-aside",
    input,
    ({ message }) =>
      new Promise((resolve) => jobs.push(async () => resolve(asText(await ask(message))))),
  );
  server.registerTool("ask-late", input, async ({ message }) => {
    setTimeout(async () => asked.push(await ask(message)), 20);
    return asText("later");
  });
  server.registerTool(
    "log-aside",
    input,
    ({ message }) =>
      new Promise((resolve) =>
        jobs.push(async () => {
          await server.server.sendLoggingMessage({ level: "error", data: message });
          resolve(asText("logged"));
        }),
      ),
  );
  server.registerTool("hold", input, async ({ message }) => {
    await gate.wait(message);
    return asText("held");
  });
  return { server, gate, asked };
}

const eras = [
  ["sessions", false],
  ["stateless clients", true],
] as const;

describe.each(eras)("a server object shared by %s", (_name, isModern) => {
  test("answers land in the call that asked, whatever the order", async () => {
    const { server, gate } = createAsking();
    const { url } = await harness.start(server).ready;
    const people = await Promise.all(
      ["alice", "bob", "carol"].map((name) => open(url, { name, isModern })),
    );
    let round = 0;
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    await fc.assert(
      fc.asyncProperty(order, order, async (calling, going) => {
        round += 1;
        const message = (index: number) => `${round}-${index}`;
        const calls = calling.map((index) =>
          people[index % 3]?.call("ask", { message: message(index) }),
        );
        await until("the calls", () => calling.every((index) => gate.isWaiting(message(index))));
        for (const index of going) gate.open(message(index));
        expect(await Promise.all(calls)).toEqual(calling.map((index) => people[index % 3]?.name));
      }),
      { numRuns },
    );
    for (const [index, { seen }] of people.entries())
      expect(seen.questions.every((one) => Number(one.split("-")[1]) % 3 === index)).toBe(true);
  });

  test("a question that cannot be told whose it is reaches nobody, and the log says so", async () => {
    const { server, gate } = createAsking();
    const { url } = await harness.start(server).ready;
    const alice = await open(url, { name: "alice", isModern });
    const bob = await open(url, { name: "bob", isModern });
    const held = bob.call("hold", { message: "bob" });
    await until("Bob's call", () => gate.isWaiting("bob"));
    expect(await alice.call("ask-aside", { message: "Alice's?" })).toMatch(
      /refused: .*No client is asked elicitation\/create: nothing says which client/,
    );
    gate.open("bob");
    await held;
    // Alone in the server, nobody is guessed at either.
    expect(await alice.call("ask-aside", { message: "Alice's?" })).toContain("refused");
    expect([alice.seen.questions, bob.seen.questions]).toEqual([[], []]);
    expect(harness.messages().filter((one) => one.includes("elicitation/create"))).toEqual([
      "warn: the server asked and was refused elicitation/create: nothing says which client it is for (said once)",
    ]);
  });

  test("a question of a call that is over is not asked of whoever calls now", async () => {
    const { server, gate, asked } = createAsking();
    const { url } = await harness.start(server).ready;
    const alice = await open(url, { name: "alice", isModern });
    const bob = await open(url, { name: "bob", isModern });
    const held = bob.call("hold", { message: "bob" });
    await until("Bob's call", () => gate.isWaiting("bob"));
    expect(await alice.call("ask-late", { message: "Alice's?" })).toBe("later");
    await until("the refusal", () => asked.length === 1);
    expect(asked[0]).toContain("No client is asked");
    gate.open("bob");
    await held;
    expect([alice.seen.questions, bob.seen.questions]).toEqual([[], []]);
  });

  test("a log that cannot be told whose it is reaches nobody, and the log says so", async () => {
    const { server } = createAsking();
    const { url } = await harness.start(server).ready;
    const alice = await open(url, { name: "alice", isModern });
    const bob = await open(url, { name: "bob", isModern });
    await alice.call("log-aside", { message: "Alice's" });
    await bob.call("log-aside", { message: "Bob's" });
    expect([alice.seen.logs, bob.seen.logs]).toEqual([[], []]);
    expect(harness.messages()).toContain(
      "warn: the server sent and nobody heard notifications/message: nothing says which client it is for (said once)",
    );
  });
});

test("a stateless call with a server of its own is asked what its server asks aside", async () => {
  const { url } = await harness.start(() => createAsking().server).ready;
  const people = await Promise.all(
    ["alice", "bob", "carol"].map((name) => open(url, { name, isModern: true })),
  );
  const said = await Promise.all(
    people.map((one) => one.call("ask-aside", { message: `${one.name}?` })),
  );
  expect(said).toEqual(["alice", "bob", "carol"]);
  expect(people.map(({ seen }) => seen.questions)).toEqual([["alice?"], ["bob?"], ["carol?"]]);
});

test("a resource that changed is told to the sessions of a factory that subscribed to it", async () => {
  const registered = await harness.start(() => {
    const { server } = createAsking();
    server.registerResource("a", "test://a", {}, async () => ({ contents: [] }));
    return server;
  }).ready;
  const [alice, bob] = [
    await open(registered.url, { name: "alice" }),
    await open(registered.url, { name: "bob" }),
  ];
  for (const [who, uri] of [
    [alice, "test://a"],
    [bob, "test://b"],
  ] as const)
    await who.client.subscribeResource({ uri }).catch(() => {}); // an SDK v1 server answers only what it handles
  await until("the notices", () => {
    registered.notify.resourceUpdated("test://a");
    registered.notify.toolsChanged();
    return alice.seen.updates.length > 0 && bob.seen.lists > 0;
  });
  expect(new Set(alice.seen.updates)).toEqual(new Set(["test://a"]));
  expect(bob.seen.updates).toEqual([]);
});
