import type { ServerResponse } from "node:http";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  type Upstream,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";

// Each test waits for most of its time, and has a hub of its own.
afterAll(closeAll);

/** For those alone that show it: on a busy machine the others may take longer. */
const callTimeoutMs = 1_500;
const serverMessageBytes = 1024 * 1024;
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
   * What becomes of it where both sides are modern and bytes cross unread: it crosses as it is, or it goes
   * on until the client has had enough. Default: the hub's error, as everywhere.
   */
  readonly unread?: "crosses" | "goes on";
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
    title: "breaks off in the middle of its stream",
    act: (call) => {
      call.log("so far so good");
      setTimeout(() => call.response.destroy(), 20);
    },
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
    title: "answers something that is not JSON",
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
  const hub = await TestHub.start({ budgets: { serverMessageBytes } });
  const evil = await startUpstream(era, ["evil"]);
  const good = await startUpstream(era, ["echo"]);
  await hub.register("evil", evil);
  await hub.register("good", good);
  return { hub, evil, good };
}

describe.concurrent("a server that misbehaves costs only its own calls", () => {
  for (const era of eras) {
    test(`a ${era} server, whatever it does, for a client of each revision`, async () => {
      const { hub, evil } = await withEvil(era);
      const clients = {
        legacy: await LegacyClient.open(hub.url),
        modern: new ModernClient(hub.url),
      };
      for (const { title, act, hubError, unread } of evils) {
        const isTimed = hubError === "CALL_TIMED_OUT";
        await hub.rest("PATCH", "/servers/evil", { callTimeoutMs: isTimed ? callTimeoutMs : null });
        for (const [kind, client] of Object.entries(clients)) {
          const what = `${kind} client, ${era} server that ${title}`;
          evil.on("evil", (call) => {
            act(call);
            return undefined;
          });
          const failing = client.call("evil__evil");
          // Meanwhile the other server's calls are answered.
          for (let one = 0; one < 3; one += 1) {
            const { response } = await client.call("good__echo", { one }).done;
            expect(textOf(response), `${what}: ${JSON.stringify(response)}`).toBe(
              JSON.stringify({ one }),
            );
          }
          if (kind === "modern" && era === "modern" && unread !== undefined) {
            if (unread === "goes on") failing.close();
            else expect((await failing.done).isBroken, what).toBe(false);
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
