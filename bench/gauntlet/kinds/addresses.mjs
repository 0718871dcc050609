import { mcp } from "../../attack/hostile-server.mjs";
import { modern } from "../../gateway/mcp.mjs";
import { gave } from "./routes.mjs";

/** Never, whoever asks: the cloud's metadata, link-local, and what embeds them in IPv6. */
const never = {
  metadata: [
    "http://169.254.169.254/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.254.169.254./",
    "http://１６９.254.169.254/",
  ],
  "IPv4 in IPv6": [
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[::a9fe:a9fe]/",
  ],
  "6to4": ["http://[2002:a9fe:a9fe::]/", "http://[2002:7f00:1::1]/"],
  Teredo: [
    "http://[2001:0:a9fe:a9fe::1]/",
    "http://[2001:0000:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[2001::1]/",
  ],
  NAT64: [
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
  ],
  "link-local and unspecified": [
    "http://169.254.1.1/",
    "http://[fe80::1]/",
    "http://0.0.0.0:80/",
    "http://[::]/",
    "http://0/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[ff02::1]/",
    "http://[fec0::1]/",
  ],
  "what is no http": [
    "file:///etc/passwd",
    "javascript:alert(1)",
    "gopher://127.0.0.1/",
    "ftp://127.0.0.1/",
    "data:text/html,x",
    "http://",
    "//hub.example/mcp",
  ],
};

/** Only where the operator allows it, off the machine. */
const locally = {
  loopback: [
    "http://127.0.0.1:9/",
    "http://localhost:9/",
    "http://localhost.:9/",
    "http://127.1:9/",
    "http://2130706433:9/",
    "http://0x7f.1:9/",
    "http://[::1]:9/",
    "http://[::ffff:127.0.0.1]:9/",
    "http://127.255.255.254:9/",
  ],
  "private networks": [
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://198.18.0.1/",
  ],
};

async function refused(house, fault, hub, endpoint, as = "admin") {
  for (const member of [
    { endpoint },
    { endpoint: "https://servers.example/mcp", candidates: [endpoint] },
  ]) {
    const isCandidate = member.candidates !== undefined;
    const body = { name: "payments-x", transport: "http", ...member };
    const answer = await house.rest(hub, "POST", "/register", { as, body });
    // A candidate that may not be dialled is left out, with a warning.
    if (gave(answer) && (!isCandidate || answer.body.includes(`"${endpoint}"`) === false))
      await house.rest(hub, "DELETE", `/servers/${answer.json.server.id}?force=true`, {
        as: "admin",
      });
    if (gave(answer) && !isCandidate) fault(`${endpoint} was registered`);
    if (answer.status >= 500) fault(`${endpoint} was answered ${answer.status}`);
  }
  const asked = await house.rest(hub, "POST", "/diagnose", { as: "admin", body: { endpoint } });
  if (asked.status >= 500) fault(`diagnose ${endpoint} was answered ${asked.status}`);
  if (gave(asked) && asked.json?.ok === true) fault(`diagnose dialled ${endpoint}`);
}

export default {
  name: "addresses",
  title: "an address that the hub may not dial, in every spelling, and found in answers",
  cases: (house) => [
    ...Object.entries(never).map(([name, endpoints]) => ({
      name,
      async run(_, fault) {
        for (const hub of [...house.hubs, house.strict])
          for (const endpoint of endpoints) await refused(house, fault, hub, endpoint);
      },
    })),
    ...Object.entries(locally).map(([name, endpoints]) => ({
      name: `${name}, off the machine`,
      async run(_, fault) {
        for (const endpoint of endpoints) {
          await refused(house, fault, house.strict, endpoint);
          const body = { name: "payments-y", transport: "http", endpoint };
          const answer = await house.rest(house.strict, "POST", "/register", {
            as: "registrar",
            body,
          });
          if (gave(answer)) fault(`${endpoint} was registered by a registrar`);
          if (answer.status === 422 && !answer.body.includes("MCP_HUB_ALLOW_ENDPOINTS"))
            fault(`${endpoint}: the setting is not named`);
        }
      },
    })),
    ...[301, 302, 303, 307, 308].map((status) => ({
      name: `a redirect with ${status} to another host`,
      async run(_, fault) {
        const server = await house.serve((_request, response) => {
          response.writeHead(status, { location: house.elsewhere.url }).end();
        });
        for (const hub of house.hubs)
          await dialled(house, fault, hub, `payments-redirect-${status}`, server.url);
      },
    })),
    {
      name: "addresses in answers: schema, icon, website, metadata, links",
      async run(_, fault) {
        const { url } = house.elsewhere;
        const server = await house.serve(
          mcp({
            era: modern,
            on: {
              any: ({ request }) => {
                request.socket.setNoDelay(true);
              },
              "tools/list": ({ response }) => {
                response.setHeader("link", `<${url}>; rel="preload"`);
                return {
                  tools: [
                    {
                      name: "a",
                      inputSchema: { $ref: url, $schema: url, type: "object" },
                      icons: [{ src: url }],
                    },
                  ],
                };
              },
            },
          }),
        );
        for (const hub of house.hubs)
          await dialled(house, fault, hub, "payments-links", server.url, { websiteUrl: url });
      },
    },
    {
      name: "the metadata that a 401 names",
      async run(_, fault) {
        const { url } = house.elsewhere;
        const server = await house.serve((_request, response) => {
          response
            .writeHead(401, {
              "www-authenticate": `Bearer resource_metadata="${url}", authorization_uri="${url}"`,
            })
            .end();
        });
        for (const hub of house.hubs)
          await dialled(house, fault, hub, "payments-metadata", server.url);
      },
    },
    {
      name: "the endpoint that an old event stream names",
      async run(_, fault) {
        const { url } = house.elsewhere;
        const server = await house.serve((request, response) => {
          if (request.method !== "GET") {
            response.writeHead(405).end();
            return;
          }
          response.writeHead(200, { "content-type": "text/event-stream" });
          response.write(`event: endpoint\ndata: ${url}\n\n`);
        });
        for (const hub of house.hubs) await dialled(house, fault, hub, "payments-sse", server.url);
      },
    },
  ],
};

/** Has the hub probe a server; whatever that server says, nobody else may be called, which `house.elsewhere` tells. */
async function dialled(house, fault, hub, name, endpoint, more) {
  const { status, body, json } = await house.register(hub, name, endpoint, more);
  if (status >= 300) {
    fault(`${name} was not registered: ${status} ${body.slice(0, 200)}`);
    return;
  }
  await house.rest(hub, "POST", `/servers/${json.server.id}/probe`, { as: "admin" });
  await house.rest(hub, "POST", "/diagnose", { as: "admin", body: { endpoint } });
  await house.rest(hub, "DELETE", `/servers/${json.server.id}?force=true`, { as: "admin" });
}
