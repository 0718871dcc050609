import { request as httpRequest, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  closeAll,
  Exchange,
  LegacyClient,
  LegacyUpstream,
  legacyVersion,
  ModernUpstream,
  modernVersion,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const eras = ["2025", "2026"] as const;

async function withServer(era: (typeof eras)[number]) {
  const hub = await TestHub.start();
  const upstream: Upstream =
    era === "2026" ? await ModernUpstream.start() : await LegacyUpstream.start();
  await hub.register("one", upstream);
  return { hub, upstream, url: `${hub.url}/servers/one/mcp` };
}

const version = { "2025": legacyVersion, "2026": modernVersion };

/** Headers of a call of the test's own, by which the server tells it from the hub's. */
const ownHeaders = (era: (typeof eras)[number]): Record<string, string> => ({
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": version[era],
  "mcp-own": "mine",
  ...(era === "2026"
    ? { "mcp-method": "tools/call", "mcp-name": "echo" }
    : { "mcp-session-id": "s1" }),
});

/** A call with spaces and an order of members that no serializer would give it. */
const bodyOf = (era: (typeof eras)[number]): string => {
  const meta = `{"io.modelcontextprotocol/protocolVersion":"${modernVersion}","io.modelcontextprotocol/clientCapabilities":{}}`;
  return `{ "params":{"name" :"echo", "arguments":{"n":1.0}${era === "2026" ? `,"_meta":${meta}` : ""}},
  "method":"tools/call","id":"c-1","jsonrpc":"2.0" }`;
};

type Seen = {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  body: string;
};

/** Lets the server answer the test's own requests as `answer` does, once it has read them. */
function answering(upstream: Upstream, answer: (response: ServerResponse) => void): Seen[] {
  const all: Seen[] = [];
  upstream.intercept = (request, response) => {
    if (request.headers["mcp-own"] !== "mine") return false;
    const seen: Seen = { method: request.method, headers: request.headers, body: "" };
    all.push(seen);
    request.setEncoding("utf8").on("data", (text: string) => {
      seen.body += text;
    });
    request.on("end", () => answer(response));
    return true;
  };
  return all;
}

/** One answer as bytes, undecoded. */
function rawPost(url: string, headers: Readonly<Record<string, string>>, body: string) {
  return new Promise<{ readonly headers: IncomingHttpHeaders; readonly bytes: Buffer }>(
    (resolve, reject) => {
      const sent = httpRequest(url, { method: "POST", headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
        response.on("end", () =>
          resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }),
        );
      });
      sent.on("error", reject).end(body);
    },
  );
}

for (const era of eras) {
  const call = (url: string, more: Readonly<Record<string, string>> = {}) =>
    new Exchange(url, { headers: { ...ownHeaders(era), ...more }, body: bodyOf(era) });

  describe(`one server's endpoint, both sides of ${era}`, () => {
    test("a stream arrives byte by byte, with its ids, comments, retry and headers", async () => {
      const { upstream, url } = await withServer(era);
      const text =
        ': hello\n\nretry: 1500\nid: e0\ndata:\n\nevent: message\nid: e1\ndata: {"jsonrpc":"2.0",  "method":"notifications/message"}\n\n' +
        'id: e2\ndata: {"id":"c-1", "jsonrpc":"2.0",\ndata: "result":{"x":"grüße \\u00e9"}}\n\n';
      answering(upstream, (response) => {
        response.writeHead(200, {
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store",
          "mcp-session-id": "its-own",
          "mcp-mine": "a, b",
        });
        response.end(text);
      });
      const answer = await call(url).done;
      expect(answer.text).toBe(text);
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "mcp-session-id": "its-own",
        "mcp-mine": "a, b",
      });
    });

    test("an event arrives while the server still works on the next", async () => {
      const { upstream, url } = await withServer(era);
      let open: ServerResponse | undefined;
      answering(upstream, (response) => {
        open = response;
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('id: e1\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n');
      });
      const exchange = call(url);
      await until("the first event", () => exchange.eventIds[0] === "e1");
      open?.end('data: {"jsonrpc":"2.0","id":"c-1","result":{}}\n\n');
      expect((await exchange.done).response.result).toEqual({});
    });

    for (const [status, type, text] of [
      [200, "application/json;charset=utf-8", '{ "id":"c-1",  "result":{},"jsonrpc":"2.0"}\n'],
      [
        404,
        "application/json",
        '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"?"}}',
      ],
      [202, undefined, ""],
    ] as const) {
      test(`an answer ${status} of ${type ?? "no type"} arrives as it is`, async () => {
        const { upstream, url } = await withServer(era);
        const seen = answering(upstream, (response) => {
          response.writeHead(status, type === undefined ? {} : { "content-type": type }).end(text);
        });
        const answer = await call(url).done;
        expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([
          status,
          type,
          text,
        ]);
        expect(seen.map(({ body }) => body)).toEqual([bodyOf(era)]);
      });
    }

    test("headers of MCP and of a trace cross, and no others", async () => {
      const { hub, upstream, url } = await withServer(era);
      const seen = answering(upstream, (response) => response.writeHead(202).end());
      const crossing = {
        ...ownHeaders(era),
        "last-event-id": "e7",
        "mcp-param-city": "Oslo",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate: "a=b",
        baggage: "c=d",
      };
      const staying = {
        origin: hub.url,
        authorization: "Bearer a",
        cookie: "a=b",
        "proxy-authorization": "Basic a",
        "proxy-connection": "keep-alive",
        "x-api-key": "a",
        referer: `${hub.url}/`,
        te: "trailers",
        "keep-alive": "timeout=9",
        "accept-language": "nb",
        "x-request-id": "r1",
      };
      await call(url, { ...crossing, ...staying }).done;
      expect(seen[0]?.headers).toMatchObject(crossing);
      for (const name of Object.keys(staying))
        if (name !== "keep-alive") expect(seen[0]?.headers).not.toHaveProperty(name);
      expect(seen[0]?.headers["keep-alive"]).not.toBe("timeout=9");
      expect(seen[0]?.headers.host).toBe(`127.0.0.1:${upstream.port}`);
    });

    test("headers of the server that are the hub's to set do not come back", async () => {
      const { upstream, url } = await withServer(era);
      answering(upstream, (response) => {
        response.writeHead(200, {
          "content-type": "application/json",
          "set-cookie": ["a=b", "c=d"],
          "access-control-allow-origin": "*",
          "access-control-allow-credentials": "true",
          "strict-transport-security": "max-age=1",
          "proxy-authenticate": "Basic",
        });
        response.end('{"jsonrpc":"2.0","id":"c-1","result":{}}');
      });
      const { headers } = await call(url).done;
      for (const name of [
        "set-cookie",
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "strict-transport-security",
        "proxy-authenticate",
      ])
        expect(headers).not.toHaveProperty(name);
    });

    const isInSession = era === "2025";
    const when = isInSession
      ? "never in a session"
      : "when the client asked for it, and never else";
    test(`an answer is compressed ${when}`, async () => {
      const { upstream, url } = await withServer(era);
      const text = `{"jsonrpc":"2.0","id":"c-1","result":{"x":"${"x".repeat(5_000)}"}}`;
      const packed = gzipSync(text);
      const seen = answering(upstream, (response) => {
        const wants = seen.at(-1)?.headers["accept-encoding"] === "gzip;q=1.0";
        response.writeHead(200, {
          "content-type": "application/json",
          ...(wants ? { "content-encoding": "gzip" } : {}),
        });
        response.end(wants ? packed : text);
      });
      const headers = { ...ownHeaders(era), "accept-encoding": "gzip;q=1.0" };
      const answer = await rawPost(url, headers, bodyOf(era));
      // In a session a server can ask back, which the hub hears in passing.
      expect(answer.headers["content-encoding"]).toBe(isInSession ? undefined : "gzip");
      expect(answer.bytes.equals(isInSession ? Buffer.from(text) : packed)).toBe(true);
      if (!isInSession) expect(gunzipSync(answer.bytes).toString()).toBe(text);
      expect((await call(url).done).text).toBe(text);
      expect(seen[1]?.headers["accept-encoding"]).toBe("identity");
    });

    test("a stream that the server breaks ends with an error that names it", async () => {
      const { upstream, url } = await withServer(era);
      answering(upstream, (response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"jsonrpc":"2.0","method":"notifications/message"}\n\ndata: {"jso');
        setImmediate(() => response.destroy());
      });
      const exchange = call(url);
      const answer = await exchange.done;
      expect(answer.isBroken).toBe(false);
      expect(answer.messages[0]?.method).toBe("notifications/message");
      expect(answer.messages.at(-1)).toMatchObject({
        id: "c-1",
        error: { code: -31_003, data: { hubError: "CONNECTION_LOST", mayHaveRun: true } },
      });
    });

    for (const [what, head] of [
      ["JSON", { "content-type": "application/json", "content-length": "500" }],
      ["a compressed stream", { "content-type": "text/event-stream", "content-encoding": "gzip" }],
    ] as const) {
      test(`half of ${what} breaks off, as it did at the server`, async () => {
        const { upstream, url } = await withServer(era);
        answering(upstream, (response) => {
          response.writeHead(200, head);
          response.write('{"jsonrpc":"2.0","id":');
          setImmediate(() => response.destroy());
        });
        const answer = await call(url, { "accept-encoding": "gzip" }).done;
        expect(answer.isBroken).toBe(true);
        expect(answer.text).not.toContain("CONNECTION_LOST");
      });
    }

    test("a server that breaks the connection before it answers is an error with HTTP 502", async () => {
      const { upstream, url } = await withServer(era);
      answering(upstream, (response) => response.destroy());
      const { status, response } = await call(url).done;
      expect(status).toBe(502);
      expect(response).toMatchObject({
        id: "c-1",
        error: { data: { hubError: "CONNECTION_LOST", mayHaveRun: true } },
      });
    });

    test("an unknown server is 404, for every method", async () => {
      const { hub } = await withServer(era);
      for (const method of ["POST", "GET", "DELETE"]) {
        const { status, text } = await new Exchange(`${hub.url}/servers/nobody/mcp`, {
          method,
          headers: ownHeaders(era),
          body: method === "POST" ? bodyOf(era) : undefined,
        }).done;
        expect(status).toBe(404);
        expect(text).toContain("nobody");
      }
    });

    for (const method of ["GET", "DELETE"]) {
      test(`${method} reaches the server, and its answer the client`, async () => {
        const { upstream, url } = await withServer(era);
        const text = 'id: e8\nretry: 10\ndata: {"jsonrpc":"2.0","method":"x"}\n\n';
        const seen = answering(upstream, (response) => {
          response.writeHead(method === "GET" ? 200 : 405, { "content-type": "text/event-stream" });
          response.end(text);
        });
        const headers = { ...ownHeaders(era), "mcp-session-id": "s1", "last-event-id": "e7" };
        const answer = await new Exchange(url, { method, headers }).done;
        expect(answer.status).toBe(method === "GET" ? 200 : 405);
        expect(answer.text).toBe(text);
        expect(seen).toMatchObject([
          { method, headers: { "mcp-session-id": "s1", "last-event-id": "e7" } },
        ]);
      });
    }
  });
}

describe("sessions at one server's endpoint", () => {
  /** A session whose client asks for its stream; the server begins the answer when it is told to. */
  async function withSlowStream(openingStreamMs: number) {
    const hub = await TestHub.start({ limits: { openingStreamMs } });
    const upstream = await LegacyUpstream.start();
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url, { path: "/servers/one/mcp" });
    const asked: ServerResponse[] = [];
    const called: string[] = [];
    upstream.on("echo", ({ given }) => {
      called.push(String(given.by));
      return textResult("called");
    });
    const other = await LegacyClient.open(hub.url, { path: "/servers/one/mcp" });
    upstream.intercept = ({ method, headers }, response) => {
      const session = headers["mcp-session-id"];
      // The hub itself listens to the server as well, in a session of its own.
      const isClients = session === undefined || session === client.sessionId;
      if (method === "GET" && isClients) asked.push(response);
      return method === "GET" && isClients;
    };
    const stream = client.listen();
    await until("the stream to be asked for", () => asked.length === 1);
    return { hub, client, other, stream, asked, called };
  }

  test("have their stream before what is asked next, which may ask back there", async () => {
    const { client, other, stream, asked, called } = await withSlowStream(600_000);
    const call = client.call("echo", { by: "client" });
    await other.call("echo", { by: "other" }).done;
    asked[0]?.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    await stream;
    await call.done;
    expect(called).toEqual(["other", "client"]);
  });

  test("are called all the same at a server that begins its stream with the first event", async () => {
    const { client, called } = await withSlowStream(1);
    await client.call("echo", { by: "client" }).done;
    expect(called).toEqual(["client"]);
  });

  test("are called when the stream is refused, and when its client leaves", async () => {
    const { hub, client, stream, asked, called } = await withSlowStream(600_000);
    const first = client.call("echo", { by: "first" });
    asked[0]?.writeHead(405).end();
    await Promise.all([stream, first.done]);
    const left = new Exchange(`${hub.url}/servers/one/mcp`, {
      method: "GET",
      headers: { accept: "text/event-stream", "mcp-session-id": client.sessionId },
    });
    await until("another stream to be asked for", () => asked.length === 2);
    const second = client.call("echo", { by: "second" });
    left.close();
    await second.done;
    expect(called).toEqual(["first", "second"]);
  });

  test("wait for no stream that is asked for after them, however many are", async () => {
    const { hub, client, asked, called } = await withSlowStream(600_000);
    const call = client.call("echo", { by: "client" });
    const later = new Exchange(`${hub.url}/servers/one/mcp`, {
      method: "GET",
      headers: { accept: "text/event-stream", "mcp-session-id": client.sessionId },
    });
    await until("another stream to be asked for", () => asked.length === 2);
    expect(called).toEqual([]);
    asked[0]?.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    await call.done;
    expect(called).toEqual(["client"]);
    later.close();
  });

  test("do not wait for a stream that is asked for without a session, which may be anybody's", async () => {
    const { hub, asked } = await withSlowStream(600_000);
    const url = `${hub.url}/servers/one/mcp`;
    const headers = { accept: "text/event-stream" };
    const stray = new Exchange(url, { method: "GET", headers });
    await until("another stream to be asked for", () => asked.length === 2);
    const next = await LegacyClient.open(hub.url, { path: "/servers/one/mcp" });
    expect((await next.call("echo", { by: "next" }).done).status).toBe(200);
    stray.close();
  });

  test("are the server's own: its id, its GET stream, its DELETE", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start();
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url, { path: "/servers/one/mcp" });
    expect(upstream.sessions.get(client.sessionId)?.client).toBe("legacy-client");
    expect(client.initialized.serverInfo).toEqual({ name: "upstream", version: "1" });
    const stream = await client.listen();
    upstream.announce("notifications/tools/list_changed");
    await until("the news", () => stream.named("notifications/tools/list_changed").length === 1);
    expect(textOf((await client.call("echo", { a: 1 }).done).response)).toBe('{"a":1}');
    expect(await client.end()).toBe(200);
    expect(upstream.deleted).toContain(client.sessionId);
    expect((await client.send("ping").done).status).toBe(404);
  });
});
