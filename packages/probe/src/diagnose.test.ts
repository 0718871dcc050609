import { createEndpointRules, DialError } from "@hub/dial";
import {
  closedPort,
  closeServers,
  createTestDialer,
  rpcOf,
  sendJson,
  serve,
  serveTcp,
  serveV1,
  serveV1Sse,
  serveV2,
  serveV2WithHostCheck,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createDiagnose, type DiagnosisRequest } from "./diagnose.js";
import { networkFinding } from "./findings-network.js";

afterEach(closeServers);

/** Every name of these tests is this machine, as names of a compose file are for a hub inside it. */
const dialer = createTestDialer({ resolve: async () => ["127.0.0.1"] });
const ask = createDiagnose({ dialer, version: "1.2.3" });
/** With more time than people get: most of these servers answer, however busy the machine is. */
const diagnose = (request: DiagnosisRequest) => ask({ timeoutMs: 30_000, ...request });
const states = async (request: DiagnosisRequest) =>
  (await diagnose(request)).steps.map(({ step, state }) => `${step} ${state}`);

describe("a server that works", () => {
  test("every step passes and says what was seen", async () => {
    const server = await serveV2({ name: "Weather" });
    const diagnosis = await diagnose({ endpoint: `${server.origin}/mcp`, name: "weather" });
    expect(diagnosis).toMatchObject({
      ok: true,
      warnings: [],
      answered: {
        era: "modern",
        serverName: "Weather",
        needsToken: false,
        transport: "streamable-http",
      },
    });
    expect(diagnosis.finding).toBeUndefined();
    expect(diagnosis.steps.map(({ step, state, detail }) => `${step} ${state}: ${detail}`)).toEqual(
      [
        "resolve ok: 127.0.0.1",
        `connect ok: 127.0.0.1:${server.port}`,
        "tls skipped: Plain HTTP.",
        "http ok: HTTP 200",
        "mcp ok: It answers as MCP over streamable-http.",
        "era ok: modern, protocol 2026-07-28",
        'identity ok: It calls itself "Weather".',
      ],
    );
  });

  test("another name than the registered one is a warning, not a failure", async () => {
    const server = await serveV2({ name: "greeter" });
    const diagnosis = await diagnose({ endpoint: `${server.origin}/mcp`, name: "weather" });
    expect(diagnosis.ok).toBe(true);
    expect(diagnosis.warnings).toEqual([expect.stringContaining('"greeter", not "weather"')]);
  });

  test("a token is needed: alive, and said so", async () => {
    const server = await serve((_, response) =>
      response.writeHead(401, { "www-authenticate": "Bearer" }).end(),
    );
    const diagnosis = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(diagnosis).toMatchObject({
      ok: true,
      answered: { needsToken: true },
      finding: { code: "NEEDS_TOKEN" },
    });
  });
});

describe("nothing there", () => {
  test("nothing listens", async () => {
    const endpoint = `http://127.0.0.1:${await closedPort()}/mcp`;
    const diagnosis = await diagnose({ endpoint });
    expect(diagnosis.finding).toMatchObject({ step: "connect", code: "NOTHING_LISTENS" });
    expect(diagnosis.finding?.fix).toBe(
      "Start the server, or register the port that it really listens on.",
    );
    expect(await states({ endpoint })).toEqual([
      "resolve ok",
      "connect failed",
      "tls skipped",
      "http skipped",
      "mcp skipped",
      "era skipped",
      "identity skipped",
    ]);
  });

  test("the name cannot be resolved", async () => {
    const resolve = () => Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" }));
    const { finding } = await createDiagnose({
      dialer: createTestDialer({ resolve }),
      version: "1",
    })({
      endpoint: "http://weather:8002/mcp",
    });
    expect(finding).toMatchObject({ step: "resolve", code: "NAME_NOT_RESOLVED" });
    expect(finding?.cause).toContain("weather");
  });

  test("denied by policy, with the variable that allows it", async () => {
    const rules = createEndpointRules({ profile: "network" });
    const strict = createDiagnose({ dialer: createTestDialer({ rules }), version: "1" });
    const { finding } = await strict({ endpoint: "http://10.0.0.5:8002/mcp" });
    expect(finding).toMatchObject({ step: "connect", code: "ADDRESS_DENIED" });
    expect(finding?.fix).toContain("MCP_HUB_ALLOW_ENDPOINTS=10.0.0.5/32");
    expect((await diagnose({ endpoint: "http://169.254.169.254/mcp" })).finding?.code).toBe(
      "ADDRESS_DENIED",
    );
  });

  test("a loopback endpoint registered from another machine", async () => {
    const { finding } = await diagnose({
      endpoint: `http://localhost:${await closedPort()}/mcp`,
      registeredFrom: "192.0.2.44",
    });
    expect(finding).toMatchObject({ code: "LOOPBACK_ELSEWHERE" });
    expect(finding?.cause).toContain("registered from 192.0.2.44");
    expect(finding?.fix).toContain("MCP_HUB_ADVERTISE_URL=http://192.0.2.44:");
  });

  test("a loopback endpoint registered from this machine is none of that", async () => {
    for (const registeredFrom of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      const endpoint = `http://localhost:${await closedPort()}/mcp`;
      expect((await diagnose({ endpoint, registeredFrom })).finding?.code).toBe("NOTHING_LISTENS");
    }
  });

  test("bound to loopback inside a container", () => {
    const finding = networkFinding(
      new DialError("connect", "ECONNREFUSED", "ECONNREFUSED", {
        address: "172.18.0.5",
      }),
      {
        endpoint: "http://weather:8002/mcp",
        transport: "streamable-http",
        registeredFrom: "::ffff:172.18.0.5",
      },
    );
    expect(finding).toMatchObject({ step: "connect", code: "LOOPBACK_IN_CONTAINER" });
    expect(finding.cause).toContain("127.0.0.1 inside a container");
    expect(finding.fix).toContain(
      "Bind the server to 0.0.0.0 and set MCP_HUB_ADVERTISE_URL=http://<service or host name>:8002/mcp",
    );
  });

  test("the hub itself", async () => {
    const server = await serveV2();
    const own = createTestDialer({
      ownAddresses: () => [{ address: "127.0.0.1", port: server.port }],
    });
    const { finding } = await createDiagnose({ dialer: own, version: "1" })({
      endpoint: `http://localhost:${server.port}/mcp`,
    });
    expect(finding).toMatchObject({ step: "connect", code: "HUB_ITSELF" });
    expect(server.connections()).toBe(0);
  });
});

describe("the wrong path", () => {
  test.each([
    ["/", "/mcp"],
    ["/sse", "/mcp"],
    ["/mcp", "/mcp/"],
    ["/api/v1/mcp", "/api/mcp"],
    ["/mcp", "/app/mcp"], // The seed's server: mounted under /app, it registers /mcp.
    ["/weather", "/weather/mcp"],
    ["/mcp", "/"],
  ])("registered at %s, it answers at %s", async (given, right) => {
    const server = await serveV2({ path: right });
    const { ok, finding } = await diagnose({ endpoint: `${server.origin}${given}` });
    expect(ok).toBe(false);
    expect(finding).toMatchObject({
      code: "WRONG_PATH",
      suggestion: { endpoint: `${server.origin}${right}` },
    });
    expect(finding?.cause).toContain(`${right} answers as MCP`);
    expect(finding?.fix).toBe(`Register ${server.origin}${right} instead.`);
    expect(server.requests.length).toBeLessThan(20);
  });

  test("a legacy server with sessions is found too, and left without a session", async () => {
    const server = await serveV1({ path: "/mcp" });
    const { finding } = await diagnose({ endpoint: `${server.origin}/` });
    expect(finding).toMatchObject({
      code: "WRONG_PATH",
      suggestion: { endpoint: `${server.origin}/mcp` },
    });
    expect(server.sessions.size).toBe(0);
  });

  test("when no path answers, the finding says what did", async () => {
    const server = await serve((_, response) => response.writeHead(404).end("Cannot POST"));
    const { finding } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(finding).toMatchObject({ step: "http", code: "WRONG_PATH" });
    expect(finding?.cause).toContain("HTTP 404");
    expect(finding).not.toHaveProperty("suggestion");
    expect(server.requests.length).toBeLessThan(20);
  });
});

describe("the wrong transport", () => {
  test("declared sse, but streamable HTTP answers", async () => {
    for (const server of [await serveV2(), await serveV1()]) {
      const diagnosis = await diagnose({ endpoint: `${server.origin}/mcp`, transport: "sse" });
      expect(diagnosis).toMatchObject({
        ok: true,
        answered: { transport: "streamable-http" },
        finding: { code: "WRONG_TRANSPORT", suggestion: { transport: "streamable-http" } },
      });
    }
  });

  test("declared streamable HTTP, but the same URL answers HTTP+SSE", async () => {
    const server = await serveV1Sse("/sse");
    const diagnosis = await diagnose({ endpoint: `${server.origin}/sse` });
    expect(diagnosis).toMatchObject({
      ok: true,
      answered: { transport: "sse" },
      finding: { code: "WRONG_TRANSPORT", suggestion: { transport: "sse" } },
    });
  });

  test("declared streamable HTTP at /mcp, but HTTP+SSE answers at /sse", async () => {
    const server = await serveV1Sse("/sse");
    const { ok, finding } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(ok).toBe(false);
    expect(finding).toMatchObject({
      code: "WRONG_TRANSPORT",
      suggestion: { endpoint: `${server.origin}/sse`, transport: "sse" },
    });
  });
});

describe("an HTTP answer that is none of MCP", () => {
  test("the Host check of SDK v2 names the host to allow", async () => {
    const server = await serveV2WithHostCheck();
    const { finding } = await diagnose({ endpoint: `http://weather:${server.port}/mcp` });
    expect(finding).toMatchObject({ step: "http", code: "HOST_REFUSED" });
    expect(finding?.cause).toContain(`refuses the Host header "weather:${server.port}"`);
    expect(finding?.fix).toContain('allowedHosts: ["weather"]');
  });

  test.each([
    ["the Python SDK", 421, "Invalid Host header"],
    ["Playwright", 403, "Access is only allowed at localhost:8931"],
  ])("the Host check of %s is known as well", async (_, status, text) => {
    const server = await serve((__, response) => response.writeHead(status).end(text));
    const { finding } = await diagnose({ endpoint: `http://weather:${server.port}/mcp` });
    expect(finding?.code).toBe("HOST_REFUSED");
  });

  test("a redirect names its target and is not followed", async () => {
    const canary = await serve((_, response) => response.end());
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve((_, response) =>
        response.writeHead(status, { location: `${canary.origin}/mcp/?token=SECRET-MARK` }).end(),
      );
      const { finding } = await diagnose({ endpoint: `${server.origin}/old` });
      expect(finding).toMatchObject({ step: "http", code: "REDIRECT" });
      expect(finding?.cause).toContain(`HTTP ${status}, a redirect to ${canary.origin}/mcp/,`);
      expect(JSON.stringify(finding)).not.toContain("SECRET-MARK");
    }
    expect(canary.connections()).toBe(0);
  });

  test.each([
    ["text/html", "<p>SECRET-MARK", "a web page (HTML)"],
    ["application/json", '{"hello":"SECRET-MARK"}', "JSON that is no answer"],
    ["text/plain", "SECRET-MARK", "content of type text/plain"],
    ["application/json", "SECRET-MARK{", "not JSON"],
    ["image/png", "SECRET-MARK", "content of type image/png"],
  ])("%s: not MCP, and nothing of it is kept", async (type, body, words) => {
    const server = await serve((_, response) =>
      response.writeHead(200, { "content-type": type }).end(body),
    );
    const diagnosis = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(diagnosis.finding).toMatchObject({ step: "mcp", code: "NOT_MCP" });
    expect(diagnosis.finding?.cause).toContain(words);
    expect(JSON.stringify(diagnosis)).not.toContain("SECRET-MARK");
  });

  test.each([500, 502, 503])("HTTP %i is the server's own failure", async (status) => {
    const server = await serve((_, response) => response.writeHead(status).end("SECRET-MARK"));
    const { finding } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(finding).toMatchObject({ step: "http", code: "SERVER_ERROR" });
    expect(finding?.cause).toContain(`HTTP ${status}`);
  });

  test("something that speaks no HTTP", async () => {
    const server = await serveTcp((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    const { finding } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(finding).toMatchObject({ step: "http", code: "NOT_MCP" });
  });

  test("a connection that is closed without an answer", async () => {
    const server = await serveTcp((socket) => socket.once("data", () => socket.destroy()));
    const { finding } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(finding).toMatchObject({ step: "http", code: "CONNECTION_RESET" });
  });

  test("too slow, with the step that took too long", async () => {
    const server = await serve(() => undefined);
    const { finding } = await diagnose({ endpoint: `${server.origin}/mcp`, timeoutMs: 200 });
    expect(finding).toMatchObject({ step: "http", code: "TOO_SLOW" });
    expect(finding?.cause).toContain("waiting for its answer took longer than");
  });
});

describe("the era", () => {
  test("no common protocol version, modern", async () => {
    const server = await serve(async (request, response) => {
      const { id } = await rpcOf(request);
      const error = { code: -32022, message: "no", data: { supported: ["2099-01-01"] } };
      sendJson(response, 400, { jsonrpc: "2.0", id: id ?? null, error });
    });
    const { finding } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(finding).toMatchObject({ step: "era", code: "NO_COMMON_VERSION" });
    expect(finding?.cause).toContain("2099-01-01");
  });

  test("no common protocol version, legacy", async () => {
    const server = await serve(async (request, response) => {
      const { id, method } = await rpcOf(request);
      const result = { protocolVersion: "1999-12-31", capabilities: {}, serverInfo: { name: "x" } };
      const error = { code: -32601, message: "no" };
      const isKnown = method === "initialize";
      sendJson(response, 200, { jsonrpc: "2.0", id, ...(isKnown ? { result } : { error }) });
    });
    const { finding } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(finding).toMatchObject({ step: "era", code: "NO_COMMON_VERSION" });
    expect(finding?.cause).toContain("1999-12-31");
  });
});
