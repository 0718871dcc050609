import { createHash } from "node:crypto";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { wholeText } from "@hub/probe";
import {
  closedPort,
  closeServers,
  createTestDialer,
  selfSigned,
  serve,
  serveTcp,
  serveTls,
} from "@hub/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { byteBudget } from "./bounded-body.js";
import { createDeadline } from "./deadline.js";
import { DialError } from "./dial-error.js";
import type { Dialer } from "./dialer.js";
import { createEndpointRules } from "./endpoint-rules.js";

afterEach(closeServers);

const never = new AbortController().signal;
const get = (dialer: Dialer, url: string, signal = never) =>
  dialer.dial(url, { method: "GET", signal });

async function failure(promise: Promise<unknown>): Promise<DialError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DialError) return error;
  throw new Error(`expected a DialError, got ${String(error)}`);
}

describe("where it connects to", () => {
  test("a name that resolves differently a moment later changes nothing", async () => {
    const server = await serve((_, response) => response.end("ok"));
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    const asked: string[] = [];
    const dialer = createTestDialer({
      resolve: async (name) => {
        asked.push(name);
        return answers[Math.min(asked.length, answers.length) - 1] ?? [];
      },
    });
    const answer = await get(dialer, `http://rebinding.test:${server.port}/`);
    expect(await wholeText(answer.chunks(100))).toBe("ok");
    expect(asked).toEqual(["rebinding.test"]);
    const line = dialer.separate();
    const second = await failure(get(line, `http://rebinding.test:${server.port}/`));
    expect(second).toMatchObject({ code: "ADDRESS_DENIED", address: "169.254.169.254" });
    expect(server.connections()).toBe(1);
    await line.close();
    await dialer.close();
  });

  test("of several addresses only the allowed ones are dialled", async () => {
    const server = await serve((_, response) => response.end("ok"));
    const dialer = createTestDialer({
      resolve: async () => ["169.254.169.254", "fe80::1", "127.0.0.1"],
    });
    const answer = await get(dialer, `http://mixed.test:${server.port}/`);
    expect(answer.status).toBe(200);
    answer.discard();
    await dialer.close();
  });

  test("a hub that is open to the network does not dial loopback", async () => {
    const server = await serve((_, response) => response.end("ok"));
    const dialer = createTestDialer({ rules: createEndpointRules({ profile: "network" }) });
    const error = await failure(get(dialer, `${server.origin}/`));
    expect(error).toMatchObject({ step: "connect", code: "ADDRESS_DENIED", address: "127.0.0.1" });
    expect(error.fix).toContain("MCP_HUB_ALLOW_ENDPOINTS=127.0.0.1/32");
    expect(server.connections()).toBe(0);
    await dialer.close();
  });

  test("localhost means both loopback addresses, whatever the resolver says", async () => {
    const server = await serve((_, response) => response.end("ok"), "::1");
    const dialer = createTestDialer({ resolve: async () => ["8.8.8.8"] });
    const answer = await get(dialer, `http://localhost:${server.port}/`);
    expect(answer.status).toBe(200);
    answer.discard();
    await dialer.close();
  });

  test("the hub's own port is never dialled, under any of its addresses", async () => {
    const server = await serve((_, response) => response.end("ok"));
    const own = (address: string) =>
      createTestDialer({
        ownAddresses: () => [{ address, port: server.port }],
        resolve: async () => ["127.0.0.1"],
      });
    for (const dialer of [own("127.0.0.1"), own("0.0.0.0"), own("::")]) {
      for (const host of ["127.0.0.1", "localhost", "some.name"]) {
        const error = await failure(get(dialer, `http://${host}:${server.port}/mcp`));
        expect(error.code).toBe("HUB_ITSELF");
      }
      await dialer.close();
    }
    expect(server.connections()).toBe(0);
  });

  test("an answer that carries the hub's own id comes from the hub", async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { "mcp-hub-id": "hub-under-test" }).end("ok"),
    );
    const dialer = createTestDialer();
    expect(await failure(get(dialer, server.origin))).toMatchObject({ code: "HUB_ITSELF" });
    await dialer.close();
  });

  test("redirects are answers, not orders", async () => {
    const canary = await serve((_, response) => response.end());
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve((_, response) =>
        response.writeHead(status, { location: `${canary.origin}/stolen` }).end(),
      );
      const dialer = createTestDialer();
      const answer = await get(dialer, server.origin);
      expect(answer.status).toBe(status);
      answer.discard();
      await dialer.close();
    }
    expect(canary.connections()).toBe(0);
  });

  test("the proxy environment is ignored", async () => {
    const proxy = await serve((_, response) => response.end("proxied"));
    const server = await serve((_, response) => response.end("direct"));
    for (const name of ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
      vi.stubEnv(name, proxy.origin);
    try {
      const dialer = createTestDialer();
      expect(await wholeText((await get(dialer, server.origin)).chunks(100))).toBe("direct");
      await dialer.close();
    } finally {
      vi.unstubAllEnvs();
    }
    expect(proxy.connections()).toBe(0);
  });
});

describe("what it sends", () => {
  test("names the hub and the hubs before it, and nobody's credentials", async () => {
    const server = await serve((_, response) => response.end());
    const dialer = createTestDialer();
    const answer = await dialer.dial(`${server.origin}/mcp?q=1`, {
      method: "POST",
      headers: {
        Authorization: "Bearer secret",
        Cookie: "a=b",
        "X-Api-Key": "secret",
        "Mcp-Hub-Proof": "secret",
        "Proxy-Authorization": "secret",
        Host: "elsewhere",
        "mcp-hub-via": "forged",
        "content-type": "application/json",
      },
      body: "{}",
      via: "other-hub",
      signal: never,
    });
    answer.discard();
    expect(server.requests).toEqual(["POST /mcp?q=1"]);
    expect(server.headers[0]).toMatchObject({
      "user-agent": "mcp-hub/1.2.3",
      "mcp-hub-via": "other-hub, hub-under-test",
      host: `127.0.0.1:${server.port}`,
      "content-type": "application/json",
    });
    expect(JSON.stringify(server.headers)).not.toMatch(/secret|a=b|elsewhere|forged/);
    await dialer.close();
  });
});

const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

describe("what it takes", () => {
  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", (data: Uint8Array | string) => brotliCompressSync(data, quick)],
  ] as const)("%s is decoded, and what it unfolds to counts", async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(4_000_000));
    const server = await serve((request, response) =>
      response
        .writeHead(200, { "content-encoding": encoding })
        .end(request.url === "/bomb" ? bomb : compress("hello")),
    );
    const dialer = createTestDialer();
    expect(await wholeText((await get(dialer, server.origin)).chunks(100))).toBe("hello");
    const answer = await get(dialer, `${server.origin}/bomb`);
    let seen = 0;
    const reading = (async () => {
      for await (const chunk of answer.chunks(1_000_000)) seen += chunk.length;
    })();
    expect(await failure(reading)).toMatchObject({ step: "http", code: "TOO_LARGE" });
    expect(seen).toBeLessThanOrEqual(1_000_000);
    await dialer.close();
  });

  test("broken, unknown and repeated encodings are refused", async () => {
    const server = await serve((request, response) =>
      response
        .writeHead(200, { "content-encoding": request.url?.slice(1).replace("+", ", ") ?? "" })
        .end(createHash("sha512").update("noise").digest()),
    );
    const dialer = createTestDialer();
    for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip+gzip"]) {
      const answer = await get(dialer, `${server.origin}/${encoding}`);
      expect(await failure(wholeText(answer.chunks(1_000)))).toMatchObject({ code: "UNDECODABLE" });
    }
    await dialer.close();
  });

  test("one budget holds for several answers", async () => {
    const server = await serve((_, response) => response.end("x".repeat(600)));
    const dialer = createTestDialer();
    const budget = byteBudget(1_000);
    await wholeText((await get(dialer, server.origin)).chunks(1_000, budget));
    const second = wholeText((await get(dialer, server.origin)).chunks(1_000, budget));
    expect(await failure(second)).toMatchObject({ code: "TOO_LARGE" });
    await dialer.close();
  });

  test("headers over 16 KiB are refused", async () => {
    const server = await serveTcp((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${"X-Filler: ".padEnd(1_000, "x")}\r\n`.padEnd(40_000, "y")),
    );
    const dialer = createTestDialer();
    expect(await failure(get(dialer, server.origin))).toMatchObject({
      step: "http",
      code: "UND_ERR_HEADERS_OVERFLOW",
    });
    await dialer.close();
  });
});

describe("how it fails", () => {
  test("each failure names its step and code", async () => {
    const port = await closedPort();
    const silent = await serveTcp(() => undefined);
    const plain = await serve((_, response) => response.end());
    const tls = await serveTls(selfSigned(), (_, response) => response.end());
    const noName = createTestDialer({
      resolve: () => Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" })),
    });
    const dialer = createTestDialer({ connectTimeoutMs: 2_000 });
    const of = (promise: Promise<unknown>) =>
      failure(promise).then(({ step, code }) => `${step} ${code}`);
    expect(await of(get(noName, "http://nobody.test/"))).toBe("resolve ENOTFOUND");
    expect(await of(get(dialer, `http://127.0.0.1:${port}/`))).toBe("connect ECONNREFUSED");
    expect(await of(get(dialer, `https://127.0.0.1:${silent.port}/`))).toBe("tls TIMEOUT");
    expect(await of(get(dialer, silent.origin, createDeadline(2_000).signal))).toBe("http TIMEOUT");
    expect(await of(get(dialer, `https://127.0.0.1:${plain.port}/`))).toMatch(
      /^tls (ERR_SSL|EPROTO)/,
    );
    expect(await of(get(dialer, tls.origin))).toBe("tls DEPTH_ZERO_SELF_SIGNED_CERT");
    await dialer.close();
    await noName.close();
  });

  test("a resolver that hangs is given up with the request, and asked once a name", async () => {
    let asked = 0;
    const dialer = createTestDialer({
      resolve: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    const deadline = createDeadline(50);
    const all = [1, 2, 3].map(() => failure(get(dialer, "http://slow.test/", deadline.signal)));
    for (const error of await Promise.all(all))
      expect(error).toMatchObject({ step: "resolve", code: "TIMEOUT" });
    expect(asked).toBe(1);
    await dialer.close();
  });

  test("closing a dialer ends its connections", async () => {
    const silent = await serveTcp(() => undefined);
    const line = createTestDialer().separate();
    const pending = failure(get(line, silent.origin));
    await expect.poll(() => silent.connections()).toBe(1);
    await line.close();
    expect((await pending).step).toBe("http");
  });

  test("a trusted authority makes TLS work, and the certificate must be for the host", async () => {
    const certificate = selfSigned();
    const server = await serveTls(certificate, (_, response) => response.end("ok"));
    const dialer = createTestDialer({ ca: certificate.cert, resolve: async () => ["127.0.0.1"] });
    const answer = await get(dialer, server.origin);
    expect(await wholeText(answer.chunks(10))).toBe("ok");
    const wrong = await failure(get(dialer, `https://other.test:${server.port}/`));
    expect(wrong).toMatchObject({ step: "tls", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    await dialer.close();
  });
});
