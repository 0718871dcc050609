import { selfSigned, serve, serveTcp, serveV1Sse, serveV2 } from "@hub/testing";
import type { Expected, Fault, Planted } from "./fault.js";
import { expired, idOf, overTls, register, trusted, upstreamWith } from "./stage.js";

/** A server that misbehaves in one way, and is mended by behaving. */
function misbehaving(
  what: string,
  fault: Parameters<typeof upstreamWith>[1],
  expected: Expected,
): Fault {
  const name = `Sick ${what}`;
  return {
    what,
    ...expected,
    async plant(hubUrl) {
      const upstream = await upstreamWith(name, fault);
      await register(hubUrl, { name, endpoint: upstream.endpoint });
      return {
        name,
        mend: async () => {
          upstream.intercept = undefined;
        },
        end: () => upstream.stop(),
      };
    },
  };
}

/** A registration that says something wrong, and is mended by another one. */
function misregistered(
  what: string,
  plan: (name: string) => Promise<{
    readonly wrong: { readonly endpoint: string; readonly transport?: string };
    readonly right: { readonly endpoint: string; readonly transport?: string };
    readonly end: () => Promise<unknown>;
  }>,
  expected: Expected,
): Fault {
  const name = `Lost ${what}`;
  return {
    what,
    ...expected,
    async plant(hubUrl) {
      const { wrong, right, end } = await plan(name);
      await register(hubUrl, { name, ...wrong });
      return {
        name,
        // Where the old endpoint is wrong, the hub gives the name to the new one only after three failed probes.
        mend: async () => {
          await fetch(`${hubUrl}/servers/${idOf(name)}?force=true`, { method: "DELETE" });
          await register(hubUrl, { name, ...right });
        },
        end,
      };
    },
  };
}

const answer =
  (status: number, type: string | undefined, body: string): Parameters<typeof upstreamWith>[1] =>
  (request, response) => {
    request.resume();
    response.writeHead(status, type === undefined ? {} : { "content-type": type }).end(body);
  };

async function working(name: string) {
  const upstream = await upstreamWith(name);
  return { upstream, end: () => upstream.stop() };
}

/** Faults between the hub and a server, and in what it answers. */
export const serverFaults: readonly Fault[] = [
  misregistered(
    "path",
    async () => {
      // Under another name, so that the hub may not take it for the same server by itself.
      const server = await serveV2({ name: "its own name" });
      return {
        wrong: { endpoint: `${server.origin}/` },
        right: { endpoint: `${server.origin}/mcp` },
        end: () => server.close(),
      };
    },
    {
      code: "WRONG_PATH",
      severity: "fault",
      cause: /\/mcp answers as MCP/,
      fix: /Register http.*\/mcp/,
    },
  ),
  {
    what: "port closed",
    code: "NOTHING_LISTENS",
    severity: "fault",
    cause: /Nothing listens/,
    fix: /Start the server/,
    async plant(hubUrl) {
      const name = "Stopped";
      const upstream = await upstreamWith(name);
      await upstream.stop();
      await register(hubUrl, { name, endpoint: upstream.endpoint });
      return { name, mend: () => upstream.start(), end: () => upstream.stop() };
    },
  },
  misregistered(
    "name in DNS",
    async (name) => {
      const { upstream, end } = await working(name);
      const { port } = new URL(upstream.endpoint);
      return {
        wrong: { endpoint: `http://weather.invalid:${port}/mcp` },
        right: { endpoint: upstream.endpoint },
        end,
      };
    },
    {
      code: "NAME_NOT_RESOLVED",
      severity: "fault",
      cause: /cannot resolve the name weather\.invalid/,
      fix: /Register an address or a name that the hub's machine knows/,
    },
  ),
  {
    what: "TLS: a certificate that nobody knows",
    code: "TLS_FAILED",
    severity: "fault",
    cause: /self-signed/,
    fix: /NODE_EXTRA_CA_CERTS/,
    plant: (hubUrl) => withCertificate(hubUrl, "Unknown certificate", selfSigned()),
  },
  {
    what: "TLS: an old certificate",
    code: "TLS_FAILED",
    severity: "fault",
    cause: /has expired/,
    fix: /Renew the server's certificate/,
    plant: (hubUrl) => withCertificate(hubUrl, "Old certificate", expired),
  },
  misregistered(
    "scheme: http for https",
    async (name) => {
      const { upstream, end } = await working(name);
      const secure = await overTls(upstream, trusted);
      return {
        wrong: { endpoint: `${secure.origin.replace("https", "http")}/mcp` },
        right: { endpoint: `${secure.origin}/mcp` },
        end: async () => {
          await secure.close();
          await end();
        },
      };
    },
    { code: "TLS_EXPECTED", severity: "fault", cause: /speaks HTTPS/, fix: /Register https:/ },
  ),
  misregistered(
    "scheme: https for http",
    async (name) => {
      const { upstream, end } = await working(name);
      return {
        wrong: { endpoint: upstream.endpoint.replace("http:", "https:") },
        right: { endpoint: upstream.endpoint },
        end,
      };
    },
    {
      code: "PLAIN_HTTP_EXPECTED",
      severity: "fault",
      cause: /speaks plain HTTP/,
      fix: /Register http:/,
    },
  ),
  misbehaving("token", answer(401, undefined, ""), {
    code: "NEEDS_TOKEN",
    severity: "fault",
    cause: /needs a token \(HTTP 401\)/,
    fix: /with its own token/,
  }),
  misbehaving("host check", answer(403, "text/plain", "Invalid Host: 127.0.0.1"), {
    code: "HOST_REFUSED",
    severity: "fault",
    cause: /refuses the Host header "127\.0\.0\.1:/,
    fix: /allowedHosts/,
  }),
  misbehaving("HTML", answer(200, "text/html", "<h1>Hello</h1>"), {
    code: "NOT_MCP",
    severity: "fault",
    cause: /a web page \(HTML\)/,
    fix: /Check host, port and path/,
  }),
  misbehaving("empty body", answer(200, undefined, ""), {
    code: "NOT_MCP",
    severity: "fault",
    cause: /HTTP 200 without a content type/,
    fix: /Content-Type: application\/json/,
  }),
  misbehaving("content type", answer(200, "text/plain", '{"jsonrpc":"2.0"}'), {
    code: "NOT_MCP",
    severity: "fault",
    cause: /content of type text\/plain/,
    fix: /Content-Type: application\/json/,
  }),
  misbehaving("Accept", answer(406, "text/plain", "Not Acceptable"), {
    code: "NOT_MCP",
    severity: "fault",
    cause: /HTTP 406/,
    fix: /Accept: application\/json, text\/event-stream/,
  }),
  misbehaving("proxy in front of nothing", answer(502, "text/html", "Bad Gateway"), {
    code: "SERVER_ERROR",
    severity: "fault",
    cause: /HTTP 502/,
    fix: /server's own log/,
  }),
  misbehaving("rate limit", answer(429, undefined, ""), {
    code: "SERVER_ERROR",
    severity: "fault",
    cause: /HTTP 429/,
    fix: /rate limit/,
  }),
  misbehaving(
    "stuck initialize",
    (request) => {
      request.resume();
    },
    {
      code: "TOO_SLOW",
      severity: "fault",
      cause: /waiting for its answer/,
      fix: /keeps the server busy/,
    },
  ),
  misbehaving("crash at each request", (request) => void request.socket.destroy(), {
    code: "CONNECTION_RESET",
    severity: "fault",
    cause: /closed the connection/,
    fix: /log for a crash/,
  }),
  misbehaving(
    "old revision",
    async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const { id, method } = JSON.parse(text === "" ? "{}" : text);
      const old = {
        protocolVersion: "2023-01-01",
        capabilities: {},
        serverInfo: { name: "old", version: "0" },
      };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(
          method === "initialize"
            ? { jsonrpc: "2.0", id, result: old }
            : { jsonrpc: "2.0", id, error: { code: -32_601, message: "no such method" } },
        ),
      );
    },
    {
      code: "NO_COMMON_VERSION",
      severity: "fault",
      cause: /no revision that the hub speaks/,
      fix: /Update the server's MCP SDK/,
    },
  ),
  misregistered(
    "redirect",
    async (name) => {
      const { upstream, end } = await working(name);
      const moved = await serve((_, response) => {
        response.writeHead(302, { location: upstream.endpoint }).end();
      });
      return {
        wrong: { endpoint: `${moved.origin}/mcp` },
        right: { endpoint: upstream.endpoint },
        end: async () => {
          await moved.close();
          await end();
        },
      };
    },
    {
      code: "REDIRECT",
      severity: "fault",
      cause: /answers HTTP 302, a redirect to http/,
      fix: /Register http.* instead/,
    },
  ),
  misregistered(
    "port of something else",
    async (name) => {
      const { upstream, end } = await working(name);
      const other = await serveTcp((socket) => void socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
      return {
        wrong: { endpoint: `${other.origin}/mcp` },
        right: { endpoint: upstream.endpoint },
        end: async () => {
          await other.close();
          await end();
        },
      };
    },
    { code: "NOT_MCP", severity: "fault", cause: /does not answer in HTTP/, fix: /Check the port/ },
  ),
  misregistered(
    "SSE declared as streamable HTTP",
    async () => {
      const sse = await serveV1Sse();
      const endpoint = `${sse.origin}/sse`;
      return {
        wrong: { endpoint },
        right: { endpoint, transport: "sse" },
        end: () => sse.close(),
      };
    },
    {
      code: "WRONG_TRANSPORT",
      severity: "warning",
      cause: /registered as streamable-http, but it answers over HTTP\+SSE/,
      fix: /Register it with transport sse/,
    },
  ),
];

async function withCertificate(
  hubUrl: string,
  name: string,
  certificate: Parameters<typeof overTls>[1],
): Promise<Planted> {
  const { upstream, end } = await working(name);
  const wrong = await overTls(upstream, certificate);
  await register(hubUrl, { name, endpoint: `${wrong.origin}/mcp` });
  const open = [wrong];
  return {
    name,
    mend: async () => {
      const right = await overTls(upstream, trusted);
      open.push(right);
      await fetch(`${hubUrl}/servers/${idOf(name)}?force=true`, { method: "DELETE" });
      await register(hubUrl, { name, endpoint: `${right.origin}/mcp` });
    },
    end: async () => {
      for (const one of open) await one.close();
      await end();
    },
  };
}
