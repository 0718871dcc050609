import type { IncomingMessage, ServerResponse } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { brotliCompressSync, gzipSync } from "node:zlib";
import {
  closeAll,
  LegacyClient,
  type Message,
  ModernClient,
  type Payload,
  TestHub,
  textOf,
  textResult,
  Upstream,
  UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

type Reply = { readonly status: number; readonly type?: string; readonly text: string | Buffer };

/** How a server of 2025 differs from what the specification says. */
type Quirks = {
  /** Of the GET for a stream. Default: 405. */
  readonly get?: Reply;
  /** Of a session that it does not know. Default: 404 with a JSON-RPC error. */
  readonly unknown?: Reply | ((id: unknown) => Reply);
  /** Of a DELETE, which then changes nothing. Default: 200, and the session ends. */
  readonly delete?: number;
  readonly revision?: string;
  readonly idAs?: (id: unknown) => unknown;
  readonly takesTextIds?: false;
  /** What comes before each answer; then they come as events. */
  readonly before?: string;
  readonly packs?: true;
  readonly mark?: true;
  readonly initialized?: number;
};

const json = "application/json";

/** Counts the calls of each session, as a shopping cart would. */
class OddUpstream extends Upstream {
  readonly sessions = new Map<string, number>();
  readonly quirks: Quirks;
  opened = 0;

  constructor(quirks: Quirks) {
    super({ capabilities: { tools: { listChanged: true } } });
    this.quirks = quirks;
  }

  announce(): void {}

  handleOther(request: IncomingMessage, response: ServerResponse): void {
    const { get = { status: 405, text: "" }, delete: refused } = this.quirks;
    if (request.method === "GET") {
      response.writeHead(get.status, get.type === undefined ? {} : { "content-type": get.type });
      response.end(get.text);
      return;
    }
    if (refused === undefined) this.sessions.delete(String(request.headers["mcp-session-id"]));
    response.writeHead(refused ?? 200).end();
  }

  handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    const { quirks } = this;
    const given = quirks.idAs?.(message.id) ?? message.id;
    if (
      message.id !== undefined &&
      typeof message.id !== "number" &&
      quirks.takesTextIds === false
    ) {
      this.#send(response, 200, {
        id: 0,
        error: { code: -32_600, message: "id must be an integer" },
      });
      return;
    }
    if (message.method === "server/discover") {
      this.#send(response, 200, {
        id: given,
        error: { code: -32_601, message: "Method not found" },
      });
      return;
    }
    if (message.method === "initialize") {
      this.opened += 1;
      const session = `s${this.opened}`;
      this.sessions.set(session, 0);
      const result = {
        protocolVersion: quirks.revision ?? "2025-11-25",
        capabilities: this.offer.capabilities,
        serverInfo: { name: "odd", version: "1" },
      };
      this.#send(response, 200, { id: given, result }, { "mcp-session-id": session });
      return;
    }
    const session = String(request.headers["mcp-session-id"]);
    const calls = this.sessions.get(session);
    if (calls === undefined) {
      const { unknown } = quirks;
      const said = typeof unknown === "function" ? unknown(given) : unknown;
      if (said === undefined)
        this.#send(response, 404, {
          id: null,
          error: { code: -32_001, message: "Session not found" },
        });
      else
        response
          .writeHead(said.status, { "content-type": said.type ?? "text/plain" })
          .end(said.text);
      return;
    }
    if (message.id === undefined) {
      response.writeHead(quirks.initialized ?? 202).end();
      return;
    }
    if (message.method === "tools/call") {
      this.sessions.set(session, calls + 1);
      this.calls.push(
        new UpstreamCall(message, request.headers, response, session, async () => ({})),
      );
      this.#send(response, 200, {
        id: given,
        result: textResult(`call ${calls + 1} of ${session}`),
      });
      return;
    }
    const result = message.method === "tools/list" ? { tools: this.offer.tools } : {};
    this.#send(response, 200, { id: given, result });
  }

  #send(response: ServerResponse, status: number, body: Payload, headers: Payload = {}): void {
    const { before, packs, mark } = this.quirks;
    const text = JSON.stringify({ jsonrpc: "2.0", ...body });
    const isStream = before !== undefined && status === 200;
    const plain = isStream
      ? `${before}data: ${text}\n\n`
      : `${mark === true ? "\uFEFF" : ""}${text}`;
    response.writeHead(status, {
      ...(headers as Record<string, string>), // its own ones
      "content-type": isStream ? "text/event-stream" : json,
      ...(packs === true ? { "content-encoding": "gzip" } : {}),
    });
    response.end(packs === true ? gzipSync(plain) : plain);
  }
}

async function withOdd(quirks: Quirks, hub?: TestHub) {
  const own = hub ?? (await TestHub.start());
  const odd = await new OddUpstream(quirks).start();
  await own.register("odd", odd, { lease: undefined });
  return { hub: own, odd };
}

const called = async (client: LegacyClient | ModernClient) => {
  const { response } = await client.call("odd__echo").done;
  return response.error === undefined ? textOf(response) : response.error.message;
};

const note = `data: ${JSON.stringify({ jsonrpc: "2.0", method: "notifications/tools/list_changed" })}\n\n`;

describe("what is up can be called, by clients of both revisions", () => {
  const kinds: readonly (readonly [what: string, quirks: Quirks])[] = [
    ["something before each answer", { before: note }],
    ["an empty event before each answer", { before: "id: 1\ndata: \n\n" }],
    [
      "a question before each answer",
      {
        before: `data: ${JSON.stringify({ jsonrpc: "2.0", id: 9, method: "ping" })}\n\n`,
      },
    ],
    ["no ids but numbers", { takesTextIds: false }],
    ["ids as texts", { idAs: String }],
    ["packed answers, unasked", { packs: true }],
    ["packed events, unasked", { packs: true, before: note }],
    ["a mark before its JSON", { mark: true }],
    ["the revision 2024-10-07", { revision: "2024-10-07" }],
    ["a 400 to notifications/initialized", { initialized: 400 }],
    ["a 500 to notifications/initialized", { initialized: 500 }],
  ];

  test.for(kinds)("%s", async ([, quirks]) => {
    const { hub } = await withOdd(quirks);
    const legacy = await LegacyClient.open(hub.url);
    const first = await called(legacy);
    expect(first).toMatch(/^call 1 of s\d+$/);
    expect(await called(legacy)).toBe(first.replace("call 1", "call 2"));
    expect(await called(new ModernClient(hub.url))).toMatch(/^call 1 of s\d+$/);
  });
});

describe("a server that offers no stream", () => {
  const kinds: readonly (readonly [what: string, get: Reply])[] = [
    ["404 of a router", { status: 404, type: "text/html", text: "Cannot GET /mcp" }],
    ["400", { status: 400, type: "text/plain", text: "Bad Request" }],
    ["500", { status: 500, text: "" }],
    ["501", { status: 501, text: "" }],
    ["200 with JSON", { status: 200, type: json, text: "{}" }],
    ["200 with nothing", { status: 200, text: "" }],
    ["204", { status: 204, text: "" }],
  ];

  test.for(kinds)(
    "%s: its sessions stand, and its watcher opens no further ones",
    async ([, get]) => {
      const { hub, odd } = await withOdd({ get });
      const client = await LegacyClient.open(hub.url);
      await client.listen();
      const first = await called(client);
      expect(first).toMatch(/^call 1/);
      expect(await called(client)).toBe(first.replace("call 1", "call 2"));
      expect(await called(client)).toBe(first.replace("call 1", "call 3"));
      // The client's, and two of the hub's own, which asks once more and then no further.
      await until("the watcher to ask again", () => odd.count("GET") >= 3);
      await until("its session to be ended", () => odd.sessions.size === 1);
      // Where the server itself says that it failed, the stream of the client is asked for again as well.
      if (get.status < 500) expect(odd.count("GET")).toBe(3);
      // That of the probe, that of the watcher and that of the client.
      expect(odd.opened).toBe(3);
    },
  );
});

describe("a session that its server has forgotten is opened anew, and the call is made once", () => {
  const error = (id: unknown, code: number, message: string) =>
    JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } });
  const kinds: readonly (readonly [what: string, unknown: Quirks["unknown"]])[] = [
    ["404 with an error", undefined],
    ["404 in HTML", { status: 404, type: "text/html", text: "<p>not found" }],
    ["400 in text", { status: 400, text: "No valid session ID" }],
    ["400 with -32600", { status: 400, type: json, text: error(null, -32_600, "Bad session") }],
    ["400 in plain JSON", { status: 400, type: json, text: '{"detail":"unknown session"}' }],
    ["400 without a word", { status: 400, text: "" }],
    ["401", { status: 401, type: json, text: '{"error":"session"}' }],
    ["403", { status: 403, text: "no" }],
    ["409", { status: 409, text: "conflict" }],
    ["410", { status: 410, text: "Gone" }],
    ["422", { status: 422, type: json, text: '{"message":"session"}' }],
    [
      "200 and not initialized, under the call's id",
      (id) => ({ status: 200, type: json, text: error(id, -32_600, "Server not initialized") }),
    ],
    [
      "400 and an unknown session, under the call's id",
      (id) => ({ status: 400, type: json, text: error(id, -32_600, "Session s1 not found") }),
    ],
    [
      "500 and an unknown session, under the call's id",
      (id) => ({ status: 500, type: json, text: error(id, -32_600, "Invalid session ID") }),
    ],
  ];

  test.for(kinds)("%s", async ([, unknown]) => {
    const { hub, odd } = await withOdd(unknown === undefined ? {} : { unknown });
    const [legacy, other] = [await LegacyClient.open(hub.url), await LegacyClient.open(hub.url)];
    for (const client of [legacy, other]) expect(await called(client)).toMatch(/^call 1/);
    const made = odd.calls.length;
    odd.sessions.clear();
    expect(await called(legacy)).toMatch(/^call 1/);
    expect(odd.calls.length).toBe(made + 1);
    expect(await called(legacy)).toMatch(/^call 2/);
    // So it is when the server was away in between.
    await odd.stop();
    odd.sessions.clear();
    await odd.start();
    expect(await called(other)).toMatch(/^call 1/);
  });

  const later: readonly (readonly [what: string, unknown: Reply])[] = [
    ["500", { status: 500, text: "Internal Server Error" }],
    ["503", { status: 503, type: json, text: "{}" }],
    ["200 with a page", { status: 200, type: "text/html", text: "<p>hello" }],
  ];

  test.for(later)("%s, after which the next call is right", async ([, unknown]) => {
    const { hub, odd } = await withOdd({ unknown });
    const client = await LegacyClient.open(hub.url);
    expect(await called(client)).toMatch(/^call 1/);
    odd.sessions.clear();
    expect(await called(client)).not.toMatch(/^call/);
    expect(await called(client)).toMatch(/^call 1/);
  });

  test("one of a server that registered again is looked at before the call", async () => {
    const { hub, odd } = await withOdd({ unknown: { status: 503, text: "" } });
    const client = await LegacyClient.open(hub.url);
    expect(await called(client)).toMatch(/^call 1/);
    await hub.register("odd", odd, { lease: undefined });
    expect(await called(client)).toMatch(/^call 2/);
    // Each call is the first to see its registration, and finds no doubt that an earlier one left.
    for (let time = 0; time < 3; time += 1) {
      odd.sessions.clear();
      await hub.register("odd", odd, { lease: undefined });
      expect(await called(client)).toMatch(/^call 1/);
      expect(await called(client)).toMatch(/^call 2/);
    }
  });

  const ofTheCall: readonly (readonly [code: number, message: string])[] = [
    [-32_602, "Unknown session 5 of the game"],
    [-32_602, "Invalid session token"],
    [-32_602, "The database was not initialized"],
    [-32_002, "session 5 not found"],
    [-32_000, "No valid session in this game"],
  ];

  test.for(ofTheCall)(
    "an answer to the call that speaks of sessions, %i %s, ends it, and it runs once",
    async ([code, message]) => {
      for (const status of [200, 400]) {
        // What SDKs say with 400 of a session is that.
        if (status === 400 && code === -32_000) continue;
        const { hub, odd } = await withOdd({});
        const clients = [await LegacyClient.open(hub.url), new ModernClient(hub.url)];
        for (const client of clients) {
          await called(client);
          let ran = 0;
          odd.intercept = (request, response) => {
            if (request.method !== "POST") return false;
            void readJson(request).then((asked) => {
              const { id, method } = asked as Message; // JSON-RPC
              if (method === "tools/call") ran += 1;
              if (method === "tools/call") {
                response.writeHead(status, { "content-type": json }).end(error(id, code, message));
              } else if (id === undefined) response.writeHead(202).end();
              else if (method === "initialize") {
                const result = {
                  protocolVersion: "2025-11-25",
                  capabilities: {},
                  serverInfo: { name: "odd", version: "1" },
                };
                response
                  .writeHead(200, { "content-type": json, "mcp-session-id": "anew" })
                  .end(JSON.stringify({ jsonrpc: "2.0", id, result }));
              } else response.writeHead(404).end();
            });
            return true;
          };
          expect((await client.call("odd__echo").done).response.error?.message).toBe(message);
          expect(ran).toBe(1);
          odd.intercept = undefined;
        }
      }
    },
  );

  test("what a server refuses for another reason costs no session", async () => {
    const { hub, odd } = await withOdd({});
    const client = await LegacyClient.open(hub.url);
    expect(await called(client)).toMatch(/^call 1/);
    for (const status of [413, 429]) {
      odd.intercept = (request, response) => {
        if (request.method !== "POST") return false;
        request.resume().on("end", () => response.writeHead(status).end());
        return true;
      };
      expect(await called(client)).toContain(String(status));
    }
    odd.intercept = undefined;
    expect(await called(client)).toMatch(/^call 2/);
  });
});

describe("no session is left on a server", () => {
  test("by probes, where it lets nobody end one", async () => {
    for (const status of [404, 405]) {
      const { hub, odd } = await withOdd({ delete: status });
      for (let probe = 0; probe < 2; probe += 1) {
        const before = odd.count("POST ping");
        await until("a probe in the same session", async () => {
          await hub.rest("POST", "/servers/odd/probe");
          return odd.count("POST ping") > before;
        });
      }
      // One for probes, and one of the watcher.
      expect(odd.opened).toBeLessThanOrEqual(2);
      odd.sessions.clear();
      await until("a session for a server that forgot it", async () => {
        await hub.rest("POST", "/servers/odd/probe");
        return odd.sessions.size > 0;
      });
      expect(hub.status("odd")).toBe("up");
      await closeAll();
    }
  });

  test("by a handshake that fails after the session was opened", async () => {
    const hub = await TestHub.start();
    const odd = await new OddUpstream({ revision: "1999-01-01" }).start();
    await hub.announce("odd", odd.endpoint);
    await until("it to be refused", () => odd.opened > 0);
    await until("its sessions to be ended", () => odd.sessions.size === 0);
  });
});

describe("an answer that is packed unasked", () => {
  const packed: readonly (readonly [what: string, coding: string, body: Buffer, cause: RegExp])[] =
    [
      [
        "in a coding that takes much memory",
        "br",
        brotliCompressSync("data: {}\n\n"),
        /encoding br/,
      ],
      [
        "a stream of comments that unpacks to far more than came",
        "gzip",
        gzipSync(Buffer.alloc(64 * 1024 * 1024, ":\n\n")),
        /more than 200 times its bytes/,
      ],
      [
        "one JSON text that unpacks to far more than came",
        "gzip",
        gzipSync(Buffer.alloc(64 * 1024 * 1024, " ")),
        /more than/,
      ],
    ];

  test.for(packed)("%s ends its call and nothing else", async ([what, coding, body, cause]) => {
    const { hub, odd } = await withOdd({});
    const client = await LegacyClient.open(hub.url);
    expect(await called(client)).toMatch(/^call 1/);
    odd.intercept = (request, response) => {
      if (request.method !== "POST") return false;
      request.resume().on("end", () => {
        const type = what.startsWith("one JSON") ? json : "text/event-stream";
        response.writeHead(200, { "content-type": type, "content-encoding": coding });
        response.write(body);
      });
      return true;
    };
    const { response } = await client.call("odd__echo").done;
    expect(response.error?.message).toMatch(cause);
    odd.intercept = undefined;
    expect(await called(client)).toMatch(/^call/);
    expect(hub.errors).toEqual([]);
  });
});
