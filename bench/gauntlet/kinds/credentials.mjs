import { each } from "../../attack/stage.mjs";
import { closed, endpoints, eras, gave } from "./routes.mjs";

const base64 = (value) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const jwt = (alg, more = {}) =>
  `${base64({ alg, typ: "JWT", ...more })}.${base64({ sub: "admin", scope: "hub:admin", exp: 4_000_000_000, iss: "https://hub.example", aud: "https://hub.example/mcp" })}.`;

/** What is no credential, however it looks: the headers of a request, by its name. */
function forgeries({ admin, expired, revoked }) {
  const [mark, id, secret] = admin.split("_");
  const bearer = (token) => [["Authorization", `Bearer ${token}`]];
  return {
    "an expired token": bearer(expired),
    "a revoked token": bearer(revoked),
    "the right id with another secret": bearer(`${mark}_${id}_${"A".repeat(secret.length)}`),
    "a secret that is one letter short": bearer(admin.slice(0, -1)),
    "a secret that is one letter long": bearer(`${admin}A`),
    "the other case": bearer(admin.toLowerCase()),
    "the mark alone": bearer("mh_"),
    "no id": bearer(`mh__${secret}`),
    "no secret": bearer(`mh_${id}_`),
    "the secret alone": bearer(secret),
    "an id of the prototype": bearer(`mh_constructor_${secret}`),
    "an id that no text of a database is": bearer(`mh_${"9".repeat(400)}_${secret}`),
    "an empty bearer": [["Authorization", "Bearer "]],
    "a scheme alone": [["Authorization", "Bearer"]],
    "no scheme": [["Authorization", admin]],
    Basic: [["Authorization", `Basic ${Buffer.from(`admin:${admin}`).toString("base64")}`]],
    "another scheme": [["Authorization", `Token ${admin}`]],
    "two tokens in one header, the valid one last": [
      ["Authorization", `Bearer x, Bearer ${admin}`],
    ],
    "two tokens in one header, the valid one first": [
      ["Authorization", `Bearer ${admin}, Bearer x`],
    ],
    "two headers, the valid one first": [...bearer(admin), ...bearer("mh_a_b")],
    "two headers, the valid one last": [...bearer("mh_a_b"), ...bearer(admin)],
    quotes: [["Authorization", `Bearer "${admin}"`]],
    "a tab in it": [["Authorization", `Bearer ${admin.slice(0, 9)}\t${admin.slice(9)}`]],
    "percent-encoded": bearer(encodeURIComponent(admin).replace("_", "%5F")),
    "a JWT without a signature": bearer(jwt("none")),
    "a JWT whose algorithm is spelled in capitals": bearer(jwt("NONE")),
    "a JWT by a shared secret": bearer(`${jwt("HS256")}${base64("x".repeat(32))}`),
    "a JWT that names its own keys": bearer(
      `${jwt("RS256", { jku: "http://127.0.0.1/keys", jwk: {} })}${base64("x")}`,
    ),
    "twelve kilobytes": bearer(`mh_${"a".repeat(12_000)}`),
  };
}

/** Where some put a token, and where none counts. */
function elsewhere({ admin }) {
  return {
    "another header": [
      ["X-Api-Key", admin],
      ["X-Auth-Token", admin],
      ["X-Mcp-Hub-Token", admin],
    ],
    "the proxy's header": [["Proxy-Authorization", `Bearer ${admin}`]],
    "a cookie of one's own making": [
      ["Cookie", `mcp-hub-session=${admin}; token=${admin}; session=${admin}`],
    ],
    "who a proxy says it is": [
      ["X-Forwarded-User", "admin"],
      ["X-Auth-Request-User", "admin"],
      ["Remote-User", "admin"],
      ["X-Remote-User", "admin"],
      ["X-Forwarded-Email", "admin@hub.example"],
      ["X-Forwarded-Groups", "admin"],
    ],
    "where a proxy says it goes": [
      ["X-Original-URL", "/healthz"],
      ["X-Rewrite-URL", "/healthz"],
      ["X-Http-Method-Override", "GET"],
      ["X-Forwarded-Prefix", "/healthz"],
    ],
    "proof of a lease": [["Mcp-Hub-Proof", admin]],
  };
}

async function everywhere(house, hub, fault, headers) {
  const asked = closed.map(([method, target]) => ({
    method,
    target,
    headers,
    body: method === "GET" || method === "DELETE" ? undefined : {},
  }));
  const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
  const ofMcp = [
    ["Content-Type", "application/json"],
    ["Accept", "application/json, text/event-stream"],
  ];
  for (const target of endpoints)
    for (const method of ["POST", "GET", "DELETE"])
      asked.push({
        method,
        target,
        headers: [...headers, ...ofMcp],
        body: method === "POST" ? list : undefined,
      });
  await each(asked, 16, async ({ method, target, ...request }) => {
    const answer = await house.rest(hub, method, target, request);
    if (gave(answer) || answer.status >= 500)
      fault(`${method} ${target} was answered ${answer.status}`);
    if (answer.status === 401 && !/\r\nwww-authenticate: *bearer/i.test(answer.head))
      fault(`${method} ${target}: 401 without WWW-Authenticate`);
  });
}

/** An address that sent many invalid ones is told to wait. */
const isRefused = ({ status }) => status === 401 || status === 429;

const inQuery = [
  "access_token",
  "Access_Token",
  "access%5Ftoken",
  "token",
  "api_key",
  "authorization",
];

export default {
  name: "credentials",
  title: "what is no credential, wherever it stands",
  cases: (house) => [
    ...Object.entries({
      "nothing at all": [],
      ...forgeries(house.tokens),
      ...elsewhere(house.tokens),
    }).map(([name, headers]) => ({
      name,
      async run(_, fault) {
        for (const hub of house.hubs) await everywhere(house, hub, fault, headers);
      },
    })),
    {
      name: "a token in the address",
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const name of inQuery)
            for (const [method, target] of closed.filter(([one]) => one === "GET")) {
              const url = `${target}${target.includes("?") ? "&" : "?"}${name}=${house.tokens.admin}`;
              const answer = await house.rest(hub, method, url);
              if (gave(answer) || answer.status >= 500)
                fault(`${name}: ${method} ${target} was answered ${answer.status}`);
            }
      },
    },
    {
      name: "a bad token on what is public",
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const target of ["/healthz", "/readyz", "/version"]) {
            const headers = [["Authorization", "Bearer mh_nobody_nothing"]];
            const answer = await house.rest(hub, "GET", target, { headers });
            if (!isRefused(answer))
              fault(`${target} was answered ${answer.status}, so the token was swallowed`);
          }
      },
    },
    {
      name: "an invalid token is not anonymous in a call",
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const path of endpoints)
            for (const era of eras) {
              const answer = await house.call(
                hub,
                path,
                era,
                "tools/call",
                { name: "refund_all", arguments: {} },
                { as: "revoked" },
              );
              if (!isRefused(answer)) fault(`${path} (${era}) was answered ${answer.status}`);
            }
      },
    },
  ],
};
