import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { LegacyClient, ModernClient } from "./support/clients.js";
import { LegacyUpstream } from "./support/legacy-upstream.js";
import { type Message, textOf, textResult } from "./support/messages.js";
import { ModernUpstream } from "./support/modern-upstream.js";
import { TestHub } from "./support/test-hub.js";
import type { Upstream } from "./support/upstream.js";
import type { UpstreamCall } from "./support/upstream-call.js";
import { closeAll, gate, until } from "./support/wait.js";

afterEach(closeAll);

const callTimeoutMs = 300;
const mostMessageCharacters = 1024 * 1024;
const eras = ["legacy", "modern"] as const;

function startUpstream(era: "legacy" | "modern", tools: readonly string[]): Promise<Upstream> {
  const options = { tools, capabilities: { tools: {} } };
  return era === "legacy" ? LegacyUpstream.start(options) : ModernUpstream.start(options);
}

/** Writes `piece` until the connection is closed, as fast as it is read. */
function flood(response: ServerResponse, piece: string): void {
  const write = () => {
    while (!response.destroyed) if (!response.write(piece)) break;
  };
  response.on("drain", write);
  write();
}

const sse = { "content-type": "text/event-stream" };
const json = { "content-type": "application/json" };

type Evil = {
  readonly title: string;
  readonly act: (call: UpstreamCall) => void;
  readonly hubError: string;
  /**
   * What becomes of it where both sides are modern and bytes cross unread: the hub cuts it off, it crosses
   * as it is, or it goes on until the client has had enough. Default: the hub's error, as everywhere.
   */
  readonly unread?: "cut" | "crosses" | "goes on";
};

const evils: readonly Evil[] = [
  { title: "hangs", act: () => {}, hubError: "CALL_TIMED_OUT" },
  {
    title: "sends comments for ever",
    act: ({ response }) => {
      response.writeHead(200, sse);
      const timer = setInterval(() => response.write(": still here\n\n"), 20);
      response.on("close", () => clearInterval(timer));
    },
    hubError: "CALL_TIMED_OUT",
    unread: "cut",
  },
  {
    title: "sends one endless event",
    act: ({ response }) => {
      response.writeHead(200, sse).write("data: ");
      flood(response, "x".repeat(65_536));
    },
    hubError: "ANSWER_INVALID",
    unread: "goes on",
  },
  {
    title: "sends a message of 50 MB",
    act: ({ response }) => {
      response.writeHead(200, json).write('{"jsonrpc":"2.0","id":1,"result":{"content":"');
      flood(response, "x".repeat(65_536));
    },
    hubError: "ANSWER_INVALID",
    unread: "goes on",
  },
  {
    title: "breaks off before its answer",
    act: ({ response }) => response.destroy(),
    hubError: "CONNECTION_LOST",
  },
  {
    title: "answers with a page",
    act: ({ response }) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>"),
    hubError: "ANSWER_INVALID",
  },
  {
    title: "answers with a redirect",
    act: ({ response }) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    hubError: "SERVER_UNAVAILABLE",
  },
  {
    title: "answers HTTP 500 with a text",
    act: ({ response }) => response.writeHead(500, { "content-type": "text/plain" }).end("oh"),
    hubError: "ANSWER_INVALID",
  },
  {
    title: "ends its stream without an answer",
    act: ({ response }) => response.writeHead(200, sse).end(": nothing\n\n"),
    hubError: "ANSWER_INVALID",
    unread: "crosses",
  },
  {
    title: "answers something that is no JSON",
    act: ({ response }) => response.writeHead(200, json).end("{oh"),
    hubError: "ANSWER_INVALID",
    unread: "crosses",
  },
  {
    title: "answers under a wrong id",
    act: ({ response }) =>
      response.writeHead(200, json).end('{"jsonrpc":"2.0","id":"of another","result":{}}'),
    hubError: "ANSWER_INVALID",
    unread: "crosses",
  },
];

async function withEvil(era: "legacy" | "modern") {
  const hub = await TestHub.start({ limits: { callTimeoutMs, mostMessageCharacters } });
  const evil = await startUpstream(era, ["evil"]);
  const good = await startUpstream(era, ["echo"]);
  await hub.register("evil", evil);
  await hub.register("good", good);
  return { hub, evil, good };
}

describe("a server that misbehaves costs only its own calls", () => {
  for (const era of eras) {
    test(`a ${era} server, whatever it does, for a client of each revision`, async () => {
      const { hub, evil } = await withEvil(era);
      const clients = {
        legacy: await LegacyClient.open(hub.url),
        modern: new ModernClient(hub.url),
      };
      for (const { title, act, hubError, unread } of evils) {
        for (const [kind, client] of Object.entries(clients)) {
          const what = `${kind} client, ${era} server that ${title}`;
          evil.on("evil", (call) => {
            act(call);
            return undefined;
          });
          const failing = client.call("evil__evil");
          // Meanwhile the other server's calls are as quick as ever.
          const began = performance.now();
          for (let one = 0; one < 3; one += 1) {
            const { response } = await client.call("good__echo", { one }).done;
            expect(textOf(response), what).toBe(JSON.stringify({ one }));
          }
          expect(performance.now() - began, what).toBeLessThan(1_000);
          if (kind === "modern" && era === "modern" && unread !== undefined) {
            if (unread === "goes on") failing.close();
            else expect((await failing.done).isBroken, what).toBe(unread === "cut");
          } else {
            const { response } = await failing.done;
            expect(response.error?.data, what).toMatchObject({
              hubError,
              server: { id: "evil", name: "evil", status: expect.any(String) },
              cause: expect.any(String),
              fix: expect.any(String),
              mayHaveRun: expect.any(Boolean),
            });
          }
          await until(`${what}: to be over`, async () => (await hub.inFlight("evil")) === 0);
          await until(`${what}: its connection to be closed`, () =>
            evil.calls.every((call) => call.isClosed || call.response.writableFinished),
          );
          // After a call that ran into its time limit the server is left alone until a probe finds it well.
          await hub.rest("POST", "/servers/evil/probe");
        }
      }
      expect(hub.errors).toEqual([]);
    });
  }
});

describe("time limits", () => {
  for (const era of eras) {
    test(`a ${era} server that sends progress may take longer than one that is silent, and a silent one hears that it was cancelled`, async () => {
      const { hub, evil } = await withEvil(era);
      const client = await LegacyClient.open(hub.url);
      evil.on("evil", async (call) => {
        for (let step = 0; step < 6; step += 1) {
          await new Promise((resolve) => setTimeout(resolve, callTimeoutMs / 3));
          call.progress(step);
        }
        return textResult("done");
      });
      const slow = client.call("evil__evil", {}, { _meta: { progressToken: 1 } });
      expect(textOf((await slow.done).response)).toBe("done");
      evil.on("evil", () => undefined);
      const { response } = await client.call("evil__evil").done;
      expect(response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT", mayHaveRun: true });
      const call = evil.calls.at(-1);
      await until("the server to hear of it", () => call?.isCancelled || call?.isClosed);
    });
  }

  test("the time a person takes to answer does not count", async () => {
    const { hub, evil } = await withEvil("legacy");
    evil.on("evil", async (call) => {
      await call.ask("elicitation/create", { mode: "form", message: "?" });
      return textResult("done");
    });
    const asked: Message[] = [];
    const client = await LegacyClient.open(hub.url, {
      capabilities: { elicitation: {} },
      onAsked: (question) => {
        asked.push(question);
        return undefined;
      },
    });
    const call = client.call("evil__evil");
    await until("the question", () => asked.length === 1);
    await new Promise((resolve) => setTimeout(resolve, callTimeoutMs * 2));
    await client.answer(asked[0]?.id, { action: "decline" });
    expect(textOf((await call.done).response)).toBe("done");
  });

  test("progress without end meets the cap", async () => {
    const hub = await TestHub.start({ limits: { callTimeoutMs: 200, callCapMs: 500 } });
    const upstream = await startUpstream("modern", ["evil"]);
    upstream.on("evil", (call) => {
      const timer = setInterval(() => call.progress(1), 30);
      call.response.on("close", () => clearInterval(timer));
      return undefined;
    });
    await hub.register("evil", upstream);
    const client = await LegacyClient.open(hub.url);
    const { response } = await client.call("evil__evil", {}, { _meta: { progressToken: 1 } }).done;
    expect(response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT" });
  });

  test("after a server ran into the limit the next call fails at once, until a probe finds it well", async () => {
    const { hub, evil } = await withEvil("modern");
    const client = new ModernClient(hub.url);
    // Nothing at all comes from it any more.
    let hangs = true;
    const hung = new Set<ServerResponse>();
    evil.intercept = (_, response) => {
      if (hangs) hung.add(response);
      return hangs;
    };
    const first = await client.call("evil__evil").done;
    expect(first.response.error?.data).toMatchObject({ hubError: "CALL_TIMED_OUT" });
    const began = performance.now();
    const second = await client.call("evil__evil").done;
    expect(performance.now() - began).toBeLessThan(callTimeoutMs / 2);
    expect(second.response.error?.data).toMatchObject({
      hubError: "SERVER_UNAVAILABLE",
      mayHaveRun: false,
    });
    hangs = false;
    for (const response of hung) response.destroy();
    evil.on("evil", () => textResult("well again"));
    await hub.rest("POST", "/servers/evil/probe");
    await until("it to be called again", async () => {
      const { response } = await client.call("evil__evil").done;
      return response.result !== undefined && textOf(response) === "well again";
    });
  });
});

describe("calls in flight", () => {
  test("more than 32 to one instance wait and are served, in order", async () => {
    const hub = await TestHub.start();
    const upstream = await startUpstream("modern", ["slow"]);
    const held = gate();
    upstream.on("slow", async (call) => {
      await held.opened;
      return textResult(JSON.stringify(call.given));
    });
    await hub.register("slow", upstream);
    const client = new ModernClient(hub.url);
    const calls = Array.from({ length: 50 }, (_, one) => client.call("slow__slow", { one }).done);
    await until("all to have come", async () => (await hub.inFlight("slow")) === 50);
    expect(upstream.calls).toHaveLength(32);
    held.open();
    for (const [one, call] of calls.entries())
      expect(textOf((await call).response)).toBe(JSON.stringify({ one }));
  });

  test("too many that wait are refused as busy, which says that they did not run", async () => {
    for (const era of eras) {
      const hub = await TestHub.start({ limits: { mostInFlight: 2, mostWaiting: 1 } });
      const upstream = await startUpstream(era, ["slow"]);
      const held = gate();
      upstream.on("slow", async () => {
        await held.opened;
        return textResult("done");
      });
      await hub.register("slow", upstream);
      const client = new ModernClient(hub.url);
      const calls = Array.from({ length: 5 }, () => client.call("slow__slow").done);
      const refused = await until("two to be refused", async () => {
        const early = await Promise.all(
          calls.map((call) => Promise.race([call, Promise.resolve(undefined)])),
        );
        const found = early.flatMap((answer) => answer?.response.error ?? []);
        return found.length === 2 && found;
      });
      for (const { data } of refused)
        expect(data).toMatchObject({ hubError: "SERVER_BUSY", mayHaveRun: false });
      held.open();
      await Promise.all(calls);
      expect(upstream.calls).toHaveLength(3);
    }
  });

  test("a client that does not read slows down its own call only", async () => {
    const hub = await TestHub.start();
    const upstream = await startUpstream("modern", ["flood", "echo"]);
    let written = 0;
    upstream.on("flood", ({ response }) => {
      response.writeHead(200, sse);
      const piece = `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${"x".repeat(60_000)}"}}\n\n`;
      const write = () => {
        while (!response.destroyed) {
          written += piece.length;
          if (!response.write(piece)) break;
        }
      };
      response.on("drain", write);
      write();
      return undefined;
    });
    await hub.register("new", upstream);
    const client = new ModernClient(hub.url);
    const stuck = client.call("new__flood");
    stuck.pause();
    await until("the flood to come to rest", async () => {
      const before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return written > 0 && written === before;
    });
    expect(written).toBeLessThan(64 * 1024 * 1024);
    expect(textOf((await client.call("new__echo", {}).done).response)).toBe("{}");
    stuck.close();
    await until("the flood to end", () => upstream.callsOf("flood")[0]?.isClosed);
  });
});

describe("cycles", () => {
  test("a hub registered in itself is refused", async () => {
    const hub = await TestHub.start();
    await expect(hub.announce("self", `${hub.url}/mcp`)).rejects.toThrow(/hub/i);
    const client = new ModernClient(hub.url);
    const { result } = await client.ask("tools/list");
    expect(JSON.stringify(result?.tools)).not.toContain("self__");
  });

  test("two hubs registered in each other do not grow each other's lists, and their servers can be called through both", async () => {
    const [one, two] = [await TestHub.start(), await TestHub.start()];
    const upstream = await ModernUpstream.start();
    await one.register("weather", upstream);
    await two.announce("one", `${one.url}/mcp`);
    await two.whenUp("one");
    await one.announce("two", `${two.url}/mcp`);
    await one.whenUp("two");
    const names = async (hub: TestHub) => {
      const { result } = await new ModernClient(hub.url).ask("tools/list");
      const tools = result?.tools as readonly { name: string }[]; // by the revision
      return tools.map(({ name }) => name).filter((name) => !name.startsWith("hub__"));
    };
    for (let round = 0; round < 3; round += 1) {
      await two.rest("POST", "/servers/one/probe");
      await one.rest("POST", "/servers/two/probe");
    }
    expect(await names(one)).toEqual(["weather__echo"]);
    expect(await names(two)).toEqual(["one__weather__echo"]);
    const { response } = await new ModernClient(two.url).call("one__weather__echo", { a: 1 }).done;
    expect(textOf(response)).toBe('{"a":1}');
  });
});
