import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { closedPort, serveV1, serveV1Sse, serveV2, until } from "@hub/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { afterEach, describe, expect, test } from "vitest";
import { Relay } from "../src/relay/relay.js";
import { listen, portOf, stop } from "../src/serve/listen.js";
import { clientKinds, connectClient } from "./support/clients.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const token = "a-token-that-nobody-may-see";
const headers = { Authorization: `Bearer ${token}`, "X-Team": "blue" };

interface Started {
  readonly url: string;
  readonly troubles: (string | undefined)[];
}

async function relayTo(
  url: string,
  transport: "streamable-http" | "sse" = "streamable-http",
): Promise<Started> {
  const troubles: (string | undefined)[] = [];
  const relay = new Relay({
    ...{ url, headers, transport, secrets: [token], isLoopbackOnly: true },
    onOutcome: (trouble) => troubles.push(trouble),
  });
  const server = await listen(relay.node, 0, "127.0.0.1");
  cleanups.push(
    () => stop(server),
    () => relay.close(),
  );
  return { url: `http://127.0.0.1:${portOf(server)}/mcp`, troubles };
}

/** A server that answers in its own way. */
async function upstream(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => stop(server));
  return `http://127.0.0.1:${portOf(server)}/mcp`;
}

/** A server that asks for the token, before one that does not. */
async function guarded(origin: string): Promise<{ url: string; refused: () => number }> {
  let refusals = 0;
  const url = await upstream((request, response) => {
    if (
      request.headers.authorization !== headers.Authorization ||
      request.headers["x-team"] !== "blue"
    ) {
      refusals += 1;
      response.writeHead(401, { "www-authenticate": "Bearer" }).end(`not ${token}`);
      return;
    }
    const { host: _host, authorization: _authorization, ...others } = request.headers;
    const body = new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => resolve(Buffer.concat(chunks)));
    });
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    void (async () => {
      const sent = await body;
      const answered = await fetch(new URL(request.url ?? "/", origin), {
        method: request.method ?? "GET",
        headers: Object.fromEntries(
          Object.entries(others).filter(
            ([name]) => !/^(connection|content-length|transfer-encoding)$/.test(name),
          ),
        ) as Record<string, string>,
        signal: gone.signal,
        ...(sent.length === 0 ? {} : { body: sent }),
      });
      const kept = [...answered.headers].filter(
        ([name]) => !/^(connection|content-length|transfer-encoding)$/.test(name),
      );
      response.writeHead(answered.status, Object.fromEntries(kept));
      response.flushHeaders();
      for await (const chunk of answered.body ?? []) response.write(chunk);
      response.end();
    })().catch(() => response.destroy());
  });
  return { url, refused: () => refusals };
}

describe("a relay", () => {
  test.each(["with sessions", "without sessions"])(
    "adds the headers, so that clients of all kinds reach a server %s that asks for them",
    async (kind) => {
      const server = await (kind === "with sessions" ? serveV1() : serveV2());
      cleanups.push(() => server.close());
      const behind = await guarded(server.origin);
      const { url, troubles } = await relayTo(behind.url);
      for (const client of clientKinds) {
        if (kind === "with sessions" && client === "v2 modern") continue;
        const connected = await connectClient(client, url);
        expect(await connected.call("greet", { name: client })).toBe(`Hello, ${client}`);
        await connected.close();
      }
      expect(behind.refused()).toBe(0);
      expect(troubles.filter((one) => one !== undefined)).toEqual([]);
    },
  );

  test("gives an address of its own for the messages of HTTP+SSE", async () => {
    const server = await serveV1Sse();
    cleanups.push(() => server.close());
    const behind = await guarded(server.origin);
    const { url } = await relayTo(new URL("/sse", behind.url).href, "sse");
    const client = new Client({ name: "test", version: "1" });
    await client.connect(new SSEClientTransport(new URL(url)));
    const answer = await client.callTool({ name: "greet", arguments: { name: "you" } });
    expect(JSON.stringify(answer)).toContain("you");
    await client.close();
  });

  test("takes the secret out of answers, packed ones too, and passes on no header that may hold one", async () => {
    const url = await upstream((request, response) => {
      const body = Buffer.from(`{"seen":"${request.headers.authorization}","team":"blue"}`);
      const isPacked = request.url?.includes("packed") === true;
      response.writeHead(request.method === "GET" ? 200 : 403, {
        ...{ "content-type": "application/json", "set-cookie": token, "mcp-session-id": "s1" },
        ...(isPacked ? { "content-encoding": "gzip" } : {}),
      });
      response.end(isPacked ? gzipSync(body) : body);
    });
    for (const path of ["", "?packed"]) {
      const relay = await relayTo(`${url}${path}`);
      for (const method of ["GET", "POST"]) {
        const answer = await fetch(relay.url, {
          method,
          ...(method === "POST" ? { body: "{}" } : {}),
        });
        expect(await answer.text()).toBe('{"seen":"Bearer ***","team":"blue"}');
        expect(JSON.stringify([...answer.headers])).not.toContain(token);
        expect(answer.headers.get("mcp-session-id")).toBe("s1");
      }
      expect(relay.troubles).toEqual([
        undefined,
        "it answers HTTP 403: check its headers in the file",
      ]);
    }
  });

  test("sends its headers to no other origin, and its client's credentials nowhere", async () => {
    const seen: IncomingMessage[] = [];
    const other = await upstream((request, response) => {
      seen.push(request);
      response.end();
    });
    const url = await upstream((request, response) => {
      seen.push(request);
      if (request.url === "/mcp") response.writeHead(307, { location: "/moved" }).end();
      else if (request.url === "/moved") response.writeHead(200).end("moved");
      else response.writeHead(307, { location: other }).end();
    });
    const near = await relayTo(url);
    const credentials = { cookie: "mine", authorization: "Bearer mine", "mcp-hub-proof": "p" };
    const moved = await fetch(near.url, { method: "POST", body: "{}", headers: credentials });
    expect(await moved.text()).toBe("moved");
    const far = await relayTo(`${url}/far`);
    const refused = await fetch(far.url, { method: "POST", body: '{"id":7}' });
    expect(refused.status).toBe(502);
    expect(await refused.json()).toMatchObject({
      id: 7,
      error: { message: expect.stringContaining("sends to another origin") },
    });
    expect(seen.map(({ url: path }) => path)).toEqual(["/mcp", "/moved", "/mcp/far"]);
    for (const { headers: sent } of seen) {
      expect(sent.authorization).toBe(headers.Authorization);
      expect([sent.cookie, sent["mcp-hub-proof"]]).toEqual([undefined, undefined]);
    }
  });

  test("refuses pages of other sites, other paths and methods, and what is too long", async () => {
    let asked = 0;
    const { url } = await relayTo(
      await upstream((_request, response) => {
        asked += 1;
        response.end();
      }),
    );
    const statusOf = async (path: string, init: RequestInit) =>
      (await fetch(new URL(path, url), init)).status;
    expect(await statusOf("/mcp", { headers: { origin: "https://evil.example" } })).toBe(403);
    expect(await statusOf("/", {})).toBe(404);
    expect(await statusOf("/mcp/messages/1", { method: "POST", body: "{}" })).toBe(404);
    expect(await statusOf("/mcp", { method: "PUT", body: "{}" })).toBe(405);
    const long = await statusOf("/mcp", { method: "POST", body: Buffer.alloc(17 << 20, 32) }).catch(
      () => 413, // it may close before all is sent
    );
    expect(long).toBe(413);
    expect(asked).toBe(0);
  });

  test("says that the server is away, without its address, and is well when that is back", async () => {
    const port = await closedPort();
    const { url, troubles } = await relayTo(`http://127.0.0.1:${port}/mcp?api_key=${token}`);
    const answer = await fetch(url, { method: "POST", body: '{"jsonrpc":"2.0","id":"a"}' });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({
      id: "a",
      error: {
        code: -31_001,
        message: "The server behind this relay was not reached: ECONNREFUSED. The call did not run",
      },
    });
    expect(troubles).toEqual(["it is not reached: ECONNREFUSED"]);
  });

  test("says that a call may have run when its connection breaks after it went out", async () => {
    const { url, troubles } = await relayTo(
      await upstream((request) => {
        request.resume().once("end", () => request.socket.resetAndDestroy());
      }),
    );
    const answer = await fetch(url, { method: "POST", body: '{"jsonrpc":"2.0","id":"a"}' });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({
      id: "a",
      error: {
        code: -31_003,
        message: expect.stringMatching(/broke \(ECONNRESET\).*may have run/),
      },
    });
    expect(troubles).toEqual(["its connection broke: ECONNRESET"]);
  });

  test("ends the server's stream when its client leaves", async () => {
    let isOpen = false;
    const { url } = await relayTo(
      await upstream((_request, response) => {
        isOpen = true;
        response.once("close", () => {
          isOpen = false;
        });
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": here\n\n");
      }),
    );
    const gone = new AbortController();
    const answer = await fetch(url, { signal: gone.signal });
    await answer.body?.getReader().read();
    expect(isOpen).toBe(true);
    gone.abort();
    await until("the stream to end", () => !isOpen);
  });
});
