// A client's secrets in every header that carries one, towards a stranger's server.
import { ask } from "../../gateway/connection.mjs";
import { legacy, modern, requestText } from "../../gateway/mcp.mjs";

const secret = "client-secret-of-the-attack";
const names = [
  "authorization",
  "cf-access-client-secret",
  "cf-access-jwt-assertion",
  "cf-connecting-ip",
  "cookie",
  "cookie2",
  "dpop",
  "fastly-client-ip",
  "forwarded-user",
  "from",
  "proxy-authorization",
  "remote-user",
  "true-client-ip",
  "x-access-token",
  "x-amzn-oidc-accesstoken",
  "x-amzn-oidc-data",
  "x-amzn-oidc-identity",
  "x-api-key",
  "x-auth-request-access-token",
  "x-auth-request-email",
  "x-auth-token",
  "x-authenticated-user",
  "x-client-cert",
  "x-csrf-token",
  "x-forwarded-access-token",
  "x-forwarded-client-cert",
  "x-forwarded-email",
  "x-forwarded-user",
  "x-goog-authenticated-user-email",
  "x-goog-iap-jwt-assertion",
  "x-ms-client-principal",
  "x-ms-token-aad-access-token",
  "x-original-authorization",
  "x-remote-user",
  "x-ssl-client-cert",
  "x-user-token",
  "x-vercel-oidc-token",
];

export default {
  name: "identity-headers",
  faults: ["S6"],
  title: "headers with a client's secrets, towards a server",
  isLight: true,
  async run(stage) {
    const crossed = new Set();
    let requests = 0;
    const watching = (era) => ({
      era,
      on: {
        any: ({ request }) => {
          requests += 1;
          for (const [name, value] of Object.entries(request.headers))
            if (String(value).includes(secret)) crossed.add(name);
        },
      },
    });
    const given = Object.fromEntries(names.map((name) => [name, `${secret}-${name}`]));
    const nominated = { Connection: "keep-alive, X-Own-Secret", "X-Own-Secret": secret };
    const params = { name: "echo", arguments: {} };
    const port = stage.hub.port;
    for (const era of [modern, legacy]) {
      const { id } = await stage.registered("watches", watching(era));
      const path = `/servers/${id}/mcp`;
      const session = era === legacy ? await stage.session(path) : undefined;
      requests = 0;
      for (const headers of [given, nominated]) {
        const call = { id: 1, method: "tools/call", params, session, headers };
        await ask(port, requestText({ port, path, era }, call));
        const aggregate = { ...call, params: { name: `${id}__echo`, arguments: {} } };
        await ask(port, requestText({ port, path: "/mcp", era: modern }, aggregate));
        if (session === undefined) continue;
        for (const method of ["GET", "DELETE"]) {
          const all = { ...headers, "Mcp-Session-Id": session };
          const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
          const request = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${lines.join("")}\r\n`;
          await ask(port, request, { limitMs: 3_000 }).catch(() => undefined);
        }
      }
      stage.note(`requests that reached the ${era} server`, requests);
    }
    stage.must("headers with a secret that reached a server", crossed.size, crossed.size === 0);
  },
};
