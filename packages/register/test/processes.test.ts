import { until } from "@hub/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubStub } from "./support/hub-stub.js";
import { cliPath, fixture, isAlive, Running } from "./support/processes.js";
import { openClient, type RawClient, type RawClientOptions } from "./support/raw-client.js";

let hub: HubStub;
const running: Running[] = [];
const clients: RawClient[] = [];

beforeEach(async () => {
  hub = await new HubStub().start();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close().catch(() => {})));
  for (const one of running.splice(0)) {
    one.child.kill("SIGTERM");
    await one.ends();
    expect(livingOf(one)).toEqual([]);
  }
  await hub.stop();
});

const pidsOf = (cli: Running) =>
  [...cli.output.matchAll(/server (\d+)/g)].map(([, pid]) => Number(pid));
const livingOf = (cli: Running) => pidsOf(cli).filter(isAlive);

async function wrap(
  options: readonly string[] = [],
  flags: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
) {
  const command = [...options, "--", process.execPath, fixture("state-server.mjs"), ...flags];
  const cli = new Running(process.execPath, [cliPath, ...command], {
    MCP_HUB_URL: hub.url,
    ...environment,
  });
  running.push(cli);
  const url = await cli.says(/serving .* at (\S+)/);
  return { cli, url };
}

async function open(url: string, options?: RawClientOptions): Promise<RawClient> {
  const client = await openClient(url, options);
  clients.push(client);
  return client;
}

const numRuns = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 150) / 10);

describe("a process for each session", () => {
  test("the first process serves the first session, so one client costs one process", async () => {
    const { cli, url } = await wrap();
    await until("the registration", () => hub.registered.length === 1);
    const ada = await open(url, { name: "ada" });
    const [first] = pidsOf(cli);
    expect(Number(await ada.call("pid"))).toBe(first);
    const bob = await open(url, { name: "bob" });
    expect(Number(await bob.call("pid"))).not.toBe(first);
    expect([await ada.call("count"), await ada.call("count"), await bob.call("count")]).toEqual([
      "1",
      "2",
      "1",
    ]);
    expect(livingOf(cli)).toHaveLength(2);
    await ada.close();
    await until("Ada's process to end", () => first !== undefined && !isAlive(first));
    expect(await bob.call("count")).toBe("2");
  });

  test("name, capabilities and roots of its client reach the server, never those of another", async () => {
    const { url } = await wrap();
    const ada = await open(url, { name: "ada", capabilities: { roots: { listChanged: true } } });
    const bob = await open(url, { name: "bob", capabilities: {} });
    await until("Ada's roots", async () => (await ada.call("who")).includes("file:///home/ada"));
    expect(JSON.parse(await ada.call("who"))).toMatchObject({
      clientInfo: { name: "ada", version: "1" },
      capabilities: { roots: { listChanged: true } },
    });
    await ada.client.sendRootsListChanged();
    await until("the server to hear of the roots", async () =>
      (await ada.call("who")).includes("roots/list_changed"),
    );
    expect(await ada.call("roots")).toBe("file:///home/ada");
    const { clientInfo, capabilities, heard } = JSON.parse(await bob.call("who"));
    expect([clientInfo.name, capabilities, heard]).toEqual([
      "bob",
      {},
      ["notifications/initialized"],
    ]);
  });

  test.each(["--refuses-again", "--hangs-again"])(
    "a server that cannot be initialized again (%s) is started anew for the first session",
    async (flag) => {
      const { cli, url } = await wrap([], [flag]);
      const ada = await open(url, { name: "ada" });
      expect(JSON.parse(await ada.call("who"))).toMatchObject({ clientInfo: { name: "ada" } });
      await until("the first process to end", () => livingOf(cli).length === 1);
      expect(pidsOf(cli)).toHaveLength(2);
    },
  );

  test("whatever the order, each question is answered by its own client and each log heard by it alone", async () => {
    const { url } = await wrap();
    const gates = new Map<string, () => void>();
    const people = await Promise.all(
      ["alice", "bob", "carol"].map((name) =>
        open(url, {
          name,
          answer: async (question) => {
            await new Promise<void>((resolve) => gates.set(`${name} ${question}`, resolve));
            return `${name} on ${question}`;
          },
        }),
      ),
    );
    let round = 0;
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    await fc.assert(
      fc.asyncProperty(order, order, async (asks, answers) => {
        round += 1;
        const message = (index: number) => `question ${round}-${index}`;
        const calls = asks.map((index) =>
          people[index % 3]?.call("ask", { message: message(index) }),
        );
        await until("six questions", () => gates.size === 6);
        for (const index of answers) gates.get(`${people[index % 3]?.name} ${message(index)}`)?.();
        gates.clear();
        expect(await Promise.all(calls)).toEqual(
          asks.map((index) => `accept: ${people[index % 3]?.name} on ${message(index)}`),
        );
      }),
      { numRuns },
    );
    for (const [index, person] of people.entries()) {
      const own = person.seen.questions.filter((one) => Number(one.split("-")[1]) % 3 === index);
      expect(own).toEqual(person.seen.questions);
      await person.call("log", { data: person.name });
    }
    await until("the logs", () => people.every(({ seen }) => seen.logs.length > 0));
    expect(people.map(({ seen }) => seen.logs)).toEqual([["alice"], ["bob"], ["carol"]]);
  });

  test("a question outside of every call reaches the client whose process it is", async () => {
    const { url } = await wrap();
    const [ada, bob] = [await open(url, { name: "ada" }), await open(url, { name: "bob" })];
    expect(await ada.call("ask-late", { message: "late?" })).toBe("later");
    await until("the question", () => ada.seen.questions.length === 1);
    expect(bob.seen.questions).toEqual([]);
  });

  test("changes are heard by the client in whose process they happened", async () => {
    const { url } = await wrap();
    const [ada, bob] = [await open(url, { name: "ada" }), await open(url, { name: "bob" })];
    await ada.call("touch", { uri: "test://x" });
    await ada.call("grow");
    await until("the notices", () => ada.seen.lists === 1 && ada.seen.updates.length === 1);
    expect(await bob.call("count")).toBe("1");
    expect([bob.seen.lists, bob.seen.updates]).toEqual([0, []]);
    expect((await bob.client.listTools()).tools).toHaveLength(15);
  });

  test("a process that crashes ends its own session and no other, and its client comes again", async () => {
    const { cli, url } = await wrap();
    const [ada, bob] = [await open(url, { name: "ada" }), await open(url, { name: "bob" })];
    const held = bob.call("hold", { key: "k" });
    expect(await bob.call("count")).toBe("1");
    await expect(ada.call("die")).rejects.toThrow("stopped during this call: exit code 9");
    await cli.says(/the server ended \(exit code 9\); it is started again when a client needs it/);
    await expect(ada.call("count")).rejects.toThrow("Session not found");
    expect(await (await open(url, { name: "ada" })).call("count")).toBe("1");
    await bob.call("release", { key: "k" });
    expect([await held, await bob.call("count")]).toEqual(["released", "2"]);
    expect(hub.registrations()).toHaveLength(1);
  });

  test("at the cap a new session hears what to do, and gets in when another has left", async () => {
    const { cli, url } = await wrap(["--max-processes", "2"]);
    const ada = await open(url, { name: "ada" });
    await open(url, { name: "bob" });
    await expect(openClient(url, { name: "carol" })).rejects.toThrow(
      /All 2 processes .* --max-processes/,
    );
    const modern = await open(url, { isModern: true });
    expect((await modern.client.listTools()).tools.length).toBeGreaterThan(0);
    await expect(modern.call("count")).rejects.toThrow("--max-processes");
    await ada.close();
    const carol = await open(url, { name: "carol" });
    expect(await carol.call("count")).toBe("1");
    expect(livingOf(cli)).toHaveLength(2);
  });

  test("eight processes are the most by default", async () => {
    const { cli, url } = await wrap();
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((one) => open(url, { name: `c${one}` })));
    await expect(openClient(url)).rejects.toThrow("All 8 processes");
    expect(livingOf(cli)).toHaveLength(8);
  });

  test("idle processes end; the server stays registered, described and listed, and is started on demand", async () => {
    const { cli, url } = await wrap(["--idle-ms", "300"]);
    await until("the registration", () => hub.registered.length === 1);
    await until("the first process to end", () => livingOf(cli).length === 0);
    const modern = await open(url, { isModern: true });
    expect((await modern.client.listTools()).tools.length).toBeGreaterThan(0);
    expect(pidsOf(cli)).toHaveLength(1);
    expect(await modern.call("count")).toBe("1");
    await until("the second process to end", () => livingOf(cli).length === 0);
    const ada = await open(url, { name: "ada" });
    expect(await ada.call("count")).toBe("1");
    await ada.client.close();
    await until("Ada's process to end", () => livingOf(cli).length === 0);
    expect(hub.registered).toHaveLength(1);
    expect(hub.registrations()).toHaveLength(1);
  });
});

describe("requests without a session", () => {
  test("share one process, in which nothing is asked back and whose logs nobody hears", async () => {
    const { cli, url } = await wrap();
    const [ada, bob] = [
      await open(url, { name: "ada", isModern: true }),
      await open(url, { name: "bob", isModern: true }),
    ];
    expect([await ada.call("count"), await bob.call("count")]).toEqual(["1", "2"]);
    expect(await ada.call("pid")).toBe(await bob.call("pid"));
    expect(JSON.parse(await ada.call("who"))).toMatchObject({
      clientInfo: { name: "hub-register" },
      capabilities: {},
    });
    expect(await ada.call("ask", { message: "?" })).toMatch(
      /^refused: No client is asked elicitation\/create: nothing says which client/,
    );
    expect(await ada.call("roots")).toContain("No client is asked roots/list");
    await ada.call("log", { data: "secret" });
    await cli.says(/sent and nobody heard notifications\/message/);
    await cli.says(/asked and was refused elicitation\/create/);
    expect([ada.seen, bob.seen].map(({ questions, logs }) => [questions, logs])).toEqual([
      [[], []],
      [[], []],
    ]);
    expect(livingOf(cli)).toHaveLength(1);
  });

  test("leave nothing to a session: what more than lists was asked in is not handed on", async () => {
    const { cli, url } = await wrap();
    const modern = await open(url, { isModern: true });
    expect(await modern.call("count")).toBe("1");
    const ada = await open(url, { name: "ada" });
    expect(await ada.call("count")).toBe("1");
    expect(await modern.call("count")).toBe("2");
    expect(livingOf(cli)).toHaveLength(2);
  });

  test("that only list use no process once the first one serves a session", async () => {
    const { cli, url } = await wrap();
    const modern = await open(url, { isModern: true });
    const listed = await modern.client.listTools();
    const ada = await open(url, { name: "ada" });
    expect(await modern.client.listTools()).toMatchObject({ tools: listed.tools });
    expect(livingOf(cli)).toHaveLength(1);
    expect(await modern.call("count")).toBe("1");
    expect(await ada.call("count")).toBe("1");
    expect(livingOf(cli)).toHaveLength(2);
  });
});

describe("--shared", () => {
  test("is one process for all; a question is asked only while one session is open", async () => {
    const { cli, url } = await wrap(["--shared"]);
    const ada = await open(url, { name: "ada" });
    expect(await ada.call("ask", { message: "one?" })).toBe("accept: ada");
    expect(await ada.call("roots")).toBe("file:///home/ada");
    await until("her roots", async () => (await ada.call("who")).includes("file:///home/ada"));
    const bob = await open(url, { name: "bob" });
    for (const person of [ada, bob]) {
      expect(await person.call("ask", { message: "two?" })).toContain(
        "refused: No client is asked",
      );
      expect(await person.call("roots")).toContain("No client is asked roots/list");
      await person.call("log", { data: "whose?" });
    }
    await cli.says(/asked and was refused elicitation\/create.*nothing says which client/);
    expect([ada.seen.questions, bob.seen.questions]).toEqual([["one?"], []]);
    expect([ada.seen.logs, bob.seen.logs]).toEqual([[], []]);
    expect(await ada.call("pid")).toBe(await bob.call("pid"));
    await ada.close();
    // The server is told that roots are another's now.
    await until("Bob's roots", async () => (await bob.call("who")).includes("file:///home/bob"));
    expect(await bob.call("ask", { message: "three?" })).toBe("accept: bob");
    expect(pidsOf(cli)).toHaveLength(1);
  });

  test("what a client gave up and left is asked of nobody else", async () => {
    const { url } = await wrap(["--shared"]);
    const ada = await open(url, { name: "ada" });
    const held = ada.call("hold", { key: "ada" }).catch(() => "gone");
    expect(await ada.call("count")).toBe("1");
    await ada.close();
    await held;
    const bob = await open(url, { name: "bob" });
    expect(await bob.call("ask", { message: "whose?" })).toContain("refused: No client is asked");
    expect(bob.seen.questions).toEqual([]);
  });

  test("a stateless call beside a session leaves the question to nobody", async () => {
    const { url } = await wrap(["--shared"]);
    const ada = await open(url, { name: "ada" });
    const modern = await open(url, { name: "modern", isModern: true });
    const held = modern.call("hold", { key: "k" });
    await until(
      "an answer that nobody waits",
      async () => (await ada.call("release", { key: "none" })) === "nobody",
    );
    await until(`(await ada.call("ask", { message: "?" })).startsWith("refused")`, async () =>
      (await ada.call("ask", { message: "?" })).startsWith("refused"),
    );
    await until(
      "the call to be let go",
      async () => (await ada.call("release", { key: "k" })) === "released",
    );
    expect(await held).toBe("released");
    expect(await ada.call("ask", { message: "now?" })).toBe("accept: ada");
  });
});

describe("what a server can do to its wrapper", () => {
  test("a line of 32 MB is read in time that grows with its length", async () => {
    const { cli, url } = await wrap();
    const ada = await open(url, { name: "ada" });
    expect((await ada.call("long", { bytes: 32 * 1024 * 1024 })).length).toBe(32 * 1024 * 1024);
    expect(livingOf(cli)).toHaveLength(1);
  });

  test("a line without end fails its calls with a sentence, ends the process and harms no other", async () => {
    const { cli, url } = await wrap();
    const [ada, bob] = [await open(url, { name: "ada" }), await open(url, { name: "bob" })];
    await expect(ada.call("endless")).rejects.toThrow(
      /stopped during this call: it wrote a line of more than 67108864 bytes/,
    );
    await cli.says(/the server is ended: it wrote a line of more than 67108864 bytes/);
    await until("its process to end", () => livingOf(cli).length === 1);
    expect(await bob.call("count")).toBe("1");
  });

  test("it sees none of the hub's secrets, from wherever they came", async () => {
    const { url } = await wrap(["--service-key", "key-of-option"], [], {
      MCP_HUB_TOKEN: "hub-secret-1",
      MCP_HUB_SERVICE_KEY: "hub-secret-2",
      mcp_hub_token: "hub-secret-3",
      MCP_HUB_SECRET_KEY_FILE: "hub-secret-4",
      DATABASE_URL: "its own",
    });
    const text = await (await open(url)).call("env");
    expect(text).not.toMatch(/hub-secret|key-of-option/);
    const environment = JSON.parse(text);
    const names = Object.keys(environment).filter((name) => /^mcp_hub_/i.test(name));
    expect(names).toEqual(["MCP_HUB_URL"]);
    expect(environment.DATABASE_URL).toBe("its own");
  });

  test("kill -9 of the wrapper leaves none of its processes", async () => {
    const { cli, url } = await wrap();
    for (const name of ["ada", "bob", "carol"]) await open(url, { name });
    const gone = clients[1];
    await gone?.close();
    await until("Bob's process to end", () => livingOf(cli).length === 2);
    cli.child.kill("SIGKILL");
    await until("all to end", () => livingOf(cli).length === 0);
  });
});

test.each([
  [["--max-processes", "0"], "Expected --max-processes to be a whole number from 1"],
  [["--max-processes", "many"], 'got "many"'],
  [["--idle-ms", "1.5"], "Expected --idle-ms"],
  [["--shared", "--max-processes", "2"], "omit --max-processes"],
])("%j is refused with a sentence", async (options, sentence) => {
  const cli = new Running(process.execPath, [cliPath, ...options, "--", "true"], {});
  expect(await cli.ends()).toEqual({ code: 2, signal: null });
  expect(cli.output).toContain(sentence);
});
