import { createServer } from "node:http";
import {
  closeAll,
  closeLater,
  LegacyClient,
  ModernClient,
  metaKey,
  modernVersion,
  TestHub,
  textOf,
  until,
} from "@hub/testing";
import express from "express";
import { afterEach, describe, expect, test } from "vitest";
import { type RegisterOptions, register, type Target } from "../src/index.js";
import { useHub } from "./support/harness.js";
import { cliPath, fixture, indexUrl, Running } from "./support/processes.js";
import { createV1, createV2, Gate } from "./support/servers.js";

const harness = useHub();
afterEach(closeAll);

const origin = (url: string | undefined) => new URL(url ?? "").origin;

/** Long enough for no test to wait for its end. */
const startHub = () => TestHub.start({ limits: { restartMs: 60_000 } });

const shared = (hub: TestHub): RegisterOptions => ({
  name: "One",
  hubUrl: hub.url,
  serviceKey: "rolling",
  signals: false,
  log: () => {},
});

/** Something that serves and registers itself, and ends as it would when it is updated. */
interface Instance {
  end(): Promise<unknown>;
}

async function ofTarget(hub: TestHub, target: Target): Promise<Instance> {
  const registered = await register(target, shared(hub)).ready;
  return { end: () => registered.close() };
}

async function mounted(hub: TestHub): Promise<Instance> {
  const app = express();
  const server = app.listen(0, "127.0.0.1");
  const registered = await register(() => createV1(), { ...shared(hub), mount: app, server }).ready;
  return {
    async end() {
      await registered.close();
      server.close();
    },
  };
}

async function ofCommand(hub: TestHub): Promise<Instance> {
  const server = [process.execPath, fixture("stdio-server.mjs")];
  const args = [cliPath, "--name", "One", "--service-key", "rolling", "--", ...server];
  const running = new Running(process.execPath, args, { MCP_HUB_URL: hub.url });
  await running.says(/(serving) /);
  const end = async () => {
    running.child.kill("SIGTERM");
    expect(await running.ends()).toEqual({ code: null, signal: "SIGTERM" });
  };
  closeLater(() => void running.child.kill("SIGKILL"));
  return { end };
}

const kinds: readonly (readonly [string, (hub: TestHub) => Promise<Instance>])[] = [
  ["a factory of SDK v1", (hub) => ofTarget(hub, () => createV1())],
  ["a server of SDK v2", (hub) => ofTarget(hub, createV2())],
  ["a mounted app", mounted],
  ["a command", ofCommand],
];

const whenUp = (hub: TestHub, instances: number) =>
  until(`${instances} instances to be up`, () => {
    const statuses = hub.entry("one")?.instances.map(({ health }) => health.status) ?? [];
    return statuses.length === instances && statuses.every((status) => status === "up");
  });

/** Calls one after the other until it is told to stop. Returns how many were answered, and what else came. */
function keepCalling(call: (n: number) => Promise<string>) {
  const failed: string[] = [];
  let answered = 0;
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const text = await call(answered).catch((error: unknown) => String(error));
      if (text === `Hello ${answered}`) answered += 1;
      else failed.push(text);
    }
  })();
  return {
    get answered() {
      return answered;
    },
    async stop() {
      isOver = true;
      await done;
      return failed;
    },
  };
}

describe("a rolling update loses no call", () => {
  test.each(kinds)(
    "of %s with two instances, under clients of both revisions",
    async (_kind, start) => {
      const hub = await startHub();
      let instances = [await start(hub), await start(hub)];
      await whenUp(hub, 2);
      const clients = [
        ...[1, 2, 3].map(() => new ModernClient(hub.url)),
        ...(await Promise.all([1, 2, 3].map(() => LegacyClient.open(hub.url)))),
      ];
      const alone = new ModernClient(hub.url, { path: "/servers/one/mcp" });
      const calling = [
        ...clients.map((client) => ({ client, name: "one__greet" })),
        { client: alone, name: "greet" },
      ].map(({ client, name }) =>
        keepCalling(async (n) => {
          const { response } = await client.call(name, { name: String(n) }).done;
          return response.error === undefined ? textOf(response) : JSON.stringify(response.error);
        }),
      );
      const more = async () => {
        const before = calling.map(({ answered }) => answered);
        await until("calls of every client", () =>
          calling.every(({ answered }, at) => answered > (before[at] ?? 0) + 2),
        );
      };
      await more();
      for (const old of instances) {
        const next = await start(hub);
        await whenUp(hub, 3);
        await more();
        await old.end();
        expect(hub.entry("one")?.instances).toHaveLength(2);
        instances = [...instances, next];
      }
      await more();
      expect((await Promise.all(calling.map(({ stop }) => stop()))).flat()).toEqual([]);
      await Promise.all(instances.slice(2).map(({ end }) => end()));
    },
  );
});

describe("what runs at the end is finished", () => {
  test("while the hub knows and sends nothing new; what comes then waits for the next process", async () => {
    const hub = await startHub();
    const gate = new Gate();
    const registered = await register(createV1(gate), shared(hub)).ready;
    await whenUp(hub, 1);
    const clients = [new ModernClient(hub.url), await LegacyClient.open(hub.url)];
    const begun = clients.map((client, n) => client.call("one__count", { name: `begun ${n}` }));
    await until("both calls", () => gate.isWaiting("begun 0") && gate.isWaiting("begun 1"));
    const closing = registered.close();
    await until("the hub to know", () => hub.status("one") === "degraded");
    expect(hub.entry("one")?.instances[0]?.health.status).toBe("draining");
    const next = new ModernClient(hub.url).call("one__greet", { name: "next" });
    await until("it to wait", async () => (await hub.budget("allRestartCalls")).used === 1);
    gate.open("begun 0");
    gate.open("begun 1");
    for (const [n, call] of begun.entries())
      expect(textOf((await call.done).response)).toBe(`counted begun ${n}`);
    await closing;
    expect(hub.entry("one")?.instances).toEqual([]);
    const again = await register(() => createV1(), shared(hub)).ready;
    expect(textOf((await next.done).response)).toBe("Hello next");
    await again.close();
  });

  test("no longer than `drainMs`: then it is broken off", async () => {
    const { hub, start } = harness;
    const gate = new Gate();
    const registered = await start(createV1(gate), { drainMs: 50 }).ready;
    await until("the registration", () => hub.registered.length === 1);
    const call = new ModernClient(origin(registered.url)).call("count", { name: "long" });
    await until("the call", () => gate.isWaiting("long"));
    await registered.close();
    const answer = await call.done.catch(() => undefined);
    expect(answer?.response.result).toBeUndefined();
    expect(hub.registered).toEqual([]);
    expect(harness.messages()).toContain("info: finishing 1 call that runs before the end");
  });

  test("where an app asks for the answer itself", async () => {
    const { hub, start } = harness;
    const gate = new Gate();
    const http = createServer().listen(0, "127.0.0.1");
    harness.cleanups.push(() => http.close());
    const registered = await start(createV2(gate), { mount: "manual", server: http }).ready;
    await until("the registration", () => hub.registered.length === 1);
    const body = {
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        name: "count",
        arguments: { name: "manual" },
        _meta: {
          [metaKey("protocolVersion")]: modernVersion,
          [metaKey("clientCapabilities")]: {},
          [metaKey("clientInfo")]: { name: "manual", version: "1" },
        },
      },
    };
    const answering = registered.fetch(
      new Request(registered.url ?? "", {
        method: "POST",
        headers: {
          host: new URL(registered.url ?? "").host,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": modernVersion,
          "mcp-method": "tools/call",
          "mcp-name": "count",
        },
        body: JSON.stringify(body),
      }),
    );
    await until("the call", () => gate.isWaiting("manual"));
    const closing = registered.close();
    await until("the hub to be told", () => hub.heartbeats().some(({ draining }) => draining));
    expect(hub.registered).toHaveLength(1);
    gate.open("manual");
    expect(await (await answering).text()).toContain("counted manual");
    await closing;
    expect(hub.registered).toEqual([]);
  });

  test.each([
    ["a program", () => [fixture("program.mjs")], /registered "Program" at/],
    [
      "a command",
      () => [
        cliPath,
        "--shared",
        "--name",
        "Program",
        "--",
        process.execPath,
        fixture("program.mjs"),
        "--stdio",
      ],
      /registered "Program" at/,
    ],
  ])("by %s that gets SIGTERM", async (_kind, args, started) => {
    const { hub } = harness;
    const environment = { MCP_HUB_URL: hub.url, REGISTER_URL: indexUrl };
    const program = new Running(process.execPath, args(), environment);
    harness.cleanups.push(() => program.child.kill("SIGKILL"));
    await program.says(started);
    const client = new ModernClient(origin(String(hub.registered[0]?.endpoint)));
    const held = client.call("hold");
    await until(
      "the call",
      async () => textOf(await client.ask("tools/call", { name: "held" })) === "1",
    );
    program.child.kill("SIGTERM");
    await until("the hub to be told", () => hub.heartbeats().some(({ draining }) => draining));
    expect(textOf(await client.ask("tools/call", { name: "release" }))).toBe("released");
    expect(textOf((await held.done).response)).toBe("held");
    expect(await program.ends()).toEqual({ code: null, signal: "SIGTERM" });
    expect(hub.registered).toEqual([]);
  });
});
