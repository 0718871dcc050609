import {
  closeAll,
  Exchange,
  LegacyClient,
  LegacyUpstream,
  legacyVersion,
  ModernClient,
  ModernUpstream,
  modernVersion,
  type Params,
  TestHub,
  tool,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Callers } from "./support/callers.js";

afterEach(closeAll);

type Client = LegacyClient | ModernClient;

/** A word that stands in all that must not be told of. */
const secret = "vault";
/** As long, and nowhere. */
const unknown = "vauxx";

const offer = (id: string) => ({
  tools: [tool(`open_${id}`, { description: `Opens the ${id}.` })],
  prompts: [{ name: `about_${id}` }],
  resources: [{ uri: `file:///${id}/key.txt`, name: id }],
  resourceTemplates: [{ uriTemplate: `${id}://{drawer}`, name: id }],
});

/** Two servers. `agent` may call one of them; `clerk` may call one tool of that. */
async function start() {
  const callers = new Callers({
    agent: [{ action: "call", servers: ["shelf"] }],
    clerk: [{ action: "call", servers: ["shelf"], tools: ["open_*"] }],
  });
  const hub = await TestHub.start({ access: callers.access, token: "admin" });
  const hidden = await ModernUpstream.start({ ...offer(secret), name: secret });
  const shelf = await LegacyUpstream.start({
    ...offer("shelf"),
    tools: [...offer("shelf").tools, "burn_paper"],
    name: "shelf",
  });
  for (const one of ["open_shelf", "about_shelf", "file:///shelf/key.txt", "burn_paper"])
    shelf.on(one, () => ({ content: [], contents: [], messages: [] }));
  await hub.register(secret, hidden, { tags: [`${secret}ed`], description: `The ${secret}.` });
  await hub.register("shelf", shelf, { tags: ["wood"] });
  await hub.rest("POST", "/toolsets", { name: "Both", servers: [secret, "shelf"] });
  return { callers, hub, hidden, shelf };
}

const both = async (hub: TestHub, token: string, path = "/mcp"): Promise<readonly Client[]> => [
  new ModernClient(hub.url, { path, token }),
  await LegacyClient.open(hub.url, { path, token }),
];

const lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];

const asked: readonly [string, Params][] = [
  ...lists.map((method): [string, Params] => [method, {}]),
  ["tools/call", { name: "hub__list_servers", arguments: {} }],
  ["tools/call", { name: "hub__list_servers", arguments: { tag: "wood" } }],
  ["tools/call", { name: "hub__find_tools", arguments: { query: "open the drawer", limit: 20 } }],
];

describe("a server that somebody may not call", () => {
  test("is spoken of in no answer, whatever becomes of it", async () => {
    const { hub, hidden, shelf } = await start();
    // The same server by another name: whoever is told so of one name, knows the other.
    await hub.register(`${secret}-too`, shelf);
    const texts: string[] = [];
    const look = async (token: string) => {
      const paths = ["/mcp", "/mcp?prefix=never", "/mcp?mode=search", "/toolsets/both/mcp"];
      for (const path of [...paths, "/servers/shelf/mcp"])
        for (const client of await both(hub, token, path)) {
          if (client instanceof LegacyClient) texts.push(JSON.stringify(client.initialized));
          else texts.push((await client.send("server/discover").done).text);
          for (const [method, params] of asked)
            texts.push((await client.send(method, params).done).text);
        }
    };
    await look("clerk");
    await hidden.stop();
    await until("the hub to notice", () => hub.status(secret) !== "up");
    await look("clerk");
    await hub.rest("PATCH", `/servers/${secret}`, { hidden: true });
    await look("clerk");
    for (const client of await both(hub, "clerk"))
      texts.push((await client.call("hub__diagnose", { server: "shelf" }).done).text);
    expect(texts.join("\n")).toContain("open_shelf");
    for (const text of texts) expect(text).not.toMatch(/vault|burn/);
    // Who may call all of a server has it diagnosed, and hears nothing of its other name.
    for (const client of await both(hub, "agent")) {
      const { text } = await client.call("hub__diagnose", { server: "shelf" }).done;
      expect(text).toContain("recentCalls");
      expect(text).not.toContain(secret);
    }
  });

  test("is not to be told from one that does not exist", async () => {
    const { hub, hidden } = await start();
    const requests = (id: string): readonly [string, string, Params][] => [
      ["/mcp", "tools/call", { name: `${id}__open_${id}`, arguments: {} }],
      ["/mcp?prefix=never", "tools/call", { name: `open_${id}`, arguments: {} }],
      ["/toolsets/both/mcp", "tools/call", { name: `${id}__open_${id}`, arguments: {} }],
      ["/mcp", "prompts/get", { name: `${id}__about_${id}` }],
      ["/mcp", "resources/read", { uri: `file:///${id}/key.txt` }],
      ["/mcp", "resources/read", { uri: `hub.${id}+file:///${id}/key.txt` }],
      ["/mcp", "resources/read", { uri: `${id}://drawer` }],
      [
        "/mcp",
        "completion/complete",
        {
          ref: { type: "ref/prompt", name: `${id}__about_${id}` },
          argument: { name: "a", value: "" },
        },
      ],
      [
        "/mcp",
        "completion/complete",
        {
          ref: { type: "ref/resource", uri: `${id}://{drawer}` },
          argument: { name: "drawer", value: "" },
        },
      ],
      ["/mcp", "tools/call", indirect("hub__call_tool", { name: `${id}__open_${id}` })],
      ["/mcp", "tools/call", indirect("hub__find_tools", { schemaOf: [`${id}__open_${id}`] })],
      ["/mcp", "tools/call", indirect("hub__find_tools", { query: `open the ${id}` })],
      ["/mcp", "tools/call", indirect("hub__list_servers", { query: id })],
      ["/mcp", "tools/call", indirect("hub__list_servers", { tag: `${id}ed` })],
      ["/mcp", "tools/call", indirect("hub__diagnose", { server: id })],
      [`/mcp?servers=${id}`, "tools/list", {}],
      [`/mcp?servers=${id}&hidden=true`, "tools/call", indirect("hub__list_servers", {})],
      [`/mcp?tags=${id}ed`, "tools/list", {}],
      [`/servers/${id}/mcp`, "tools/list", {}],
    ];
    const answers = async (id: string) => {
      const texts: string[] = [];
      for (const [path, method, params] of requests(id)) {
        const { status, text } = await new ModernClient(hub.url, { path, token: "agent" }).send(
          method,
          params,
        ).done;
        texts.push(`${status} ${text}`);
        if (path.startsWith("/servers/")) continue;
        const legacy = await LegacyClient.open(hub.url, { path, token: "agent" });
        texts.push((await legacy.send(method, params).done).text);
        texts.push((await legacy.send("resources/subscribe", params).done).text);
      }
      for (const method of ["GET", "DELETE"])
        for (const path of ["mcp", "sse"]) {
          const headers = { authorization: "Bearer agent", accept: "text/event-stream" };
          const url = `${hub.url}/servers/${id}/${path}`;
          const { status, text } = await new Exchange(url, { method, headers }).done;
          texts.push(`${status} ${text}`);
        }
      return texts.map((text) => text.replaceAll(id, "{id}").replaceAll(/"id":\d+/g, '"id":0'));
    };
    const expected = await answers(unknown);
    expect(await answers(secret)).toEqual(expected);
    await hub.rest("PATCH", `/servers/${secret}`, { hidden: true });
    expect(await answers(secret)).toEqual(expected);
    expect(hidden.calls).toEqual([]);
    expect(hidden.log).not.toContain("POST resources/subscribe");
  });

  test("takes no bare name and no URI from one that may be called", async () => {
    const { hub, hidden, shelf } = await start();
    hidden.offer.tools = [...hidden.offer.tools, tool("open_shelf")];
    hidden.offer.resources = offer("shelf").resources;
    await hub.rest("POST", `/servers/${secret}/probe`);
    const seen = async (token: string) => {
      const client = new ModernClient(hub.url, { path: "/mcp?prefix=never&hub=off", token });
      const tools = JSON.stringify((await client.ask("tools/list")).result);
      const resources = JSON.stringify((await client.ask("resources/list")).result);
      return { client, tools, resources };
    };
    await until("the hub to have read it", async () =>
      (await seen("admin")).tools.includes("mcp-hub/ambiguous"),
    );
    const { client, tools, resources } = await seen("agent");
    expect(tools).toContain('"name":"open_shelf"');
    expect(tools).not.toContain("mcp-hub/ambiguous");
    expect(resources).toContain('"uri":"file:///shelf/key.txt"');
    expect((await client.call("open_shelf").done).response.result).toBeDefined();
    await client.ask("resources/read", { uri: "file:///shelf/key.txt" });
    expect(hidden.calls).toEqual([]);
    expect(shelf.calls.map(({ name }) => name)).toEqual(["open_shelf", "file:///shelf/key.txt"]);
  });
});

const indirect = (name: string, given: Params): Params => ({ name, arguments: given });

describe("who may call some tools of a server alone", () => {
  const headers = (version: string, more: Readonly<Record<string, string>> = {}) => ({
    authorization: "Bearer clerk",
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": version,
    ...more,
  });

  test("gets no prompt, no resource and nothing that the server says of itself, at any endpoint", async () => {
    const { hub, shelf } = await start();
    for (const path of ["/mcp", "/servers/shelf/mcp", "/toolsets/both/mcp"]) {
      const own = path.startsWith("/servers/");
      for (const client of await both(hub, "clerk", path)) {
        for (const method of lists.slice(1)) {
          const [list] = Object.values((await client.ask(method)).result ?? {}).filter(
            Array.isArray,
          );
          expect(list).toEqual([]);
        }
        const calls = shelf.calls.length;
        for (const [method, params] of [
          ["prompts/get", { name: own ? "about_shelf" : "shelf__about_shelf" }],
          ["resources/read", { uri: "file:///shelf/key.txt" }],
          ["resources/read", { uri: "hub.shelf+file:///shelf/key.txt" }],
          ["resources/read", { uri: "shelf://one" }],
          [
            "completion/complete",
            {
              ref: { type: "ref/prompt", name: own ? "about_shelf" : "shelf__about_shelf" },
              argument: { name: "a", value: "" },
            },
          ],
          ["tasks/list", {}],
          ["tasks/result", { taskId: "somebody's" }],
          ["shelf/own_method", { name: "open_shelf" }],
        ] as const)
          expect((await client.ask(method, params)).error, method).toBeDefined();
        expect(shelf.calls.length).toBe(calls);
      }
      const client = await LegacyClient.open(hub.url, { path, token: "clerk" });
      await client.ask("resources/subscribe", { uri: "file:///shelf/key.txt" });
      if (own) expect(client.initialized.capabilities).not.toHaveProperty("prompts");
    }
    for (const method of ["resources/subscribe", "tasks/list", "tasks/result", "shelf/own_method"])
      expect(shelf.log).not.toContain(`POST ${method}`);
  });

  test("reaches nothing with a body that somebody else could read otherwise", async () => {
    const { hub, shelf } = await start();
    const url = `${hub.url}/servers/shelf/mcp`;
    const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${modernVersion}","io.modelcontextprotocol/clientCapabilities":{}}`;
    const whole = (params: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${params},${meta}}}`;
    const bad = `"name":"burn_paper"`;
    const bodies: readonly (string | Buffer)[] = [
      whole(bad),
      whole(`"name":"open_shelf",${bad}`),
      whole(`${bad},"name":"open_shelf"`),
      whole(`"name":"open_shelf","Name":"burn_paper"`),
      whole(`"name":"open_shelf","n\\u0061me":"burn_paper"`),
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"open_shelf",${meta}},"params":{${bad}}}`,
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call","params":{${bad},${meta}}}`,
      `\ufeff${whole('"name":"open_shelf"')}`,
      Buffer.from(whole(bad), "utf16le"),
      `[${whole(bad)}]`,
    ];
    const legacy = await LegacyClient.open(hub.url, { path: "/servers/shelf/mcp", token: "clerk" });
    for (const body of bodies)
      for (const sent of [
        headers(modernVersion, { "mcp-method": "tools/call", "mcp-name": "burn_paper" }),
        headers(modernVersion, { "mcp-method": "tools/call", "mcp-name": "open_shelf" }),
        headers(legacyVersion, { "mcp-session-id": legacy.sessionId }),
      ]) {
        const { status, response } = await new Exchange(url, { headers: sent, body }).done;
        expect(status === 200 ? response.error : status).toBeDefined();
        expect(response.result).toBeUndefined();
      }
    const packed = headers(legacyVersion, {
      "mcp-session-id": legacy.sessionId,
      "content-type": "text/plain",
    });
    expect((await new Exchange(url, { headers: packed, body: whole(bad) }).done).status).toBe(415);
    expect(shelf.calls).toEqual([]);
  });

  test("has each message of a batch judged", async () => {
    const { hub, shelf } = await start();
    const url = `${hub.url}/servers/shelf/mcp`;
    const post = (body: string, more: Readonly<Record<string, string>> = {}) =>
      new Exchange(url, { headers: headers("2025-03-26", more), body }).done;
    const clientInfo = { name: "batcher", version: "1" };
    const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo };
    const opened = await post(
      JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }),
    );
    const session = { "mcp-session-id": String(opened.headers["mcp-session-id"]) };
    const call = (id: number, name: string) => ({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name, arguments: {} },
    });
    const { messages, text } = await post(
      JSON.stringify([call(1, "open_shelf"), call(2, "burn_paper")]),
      { ...session, accept: "application/json" },
    );
    const answers = messages.length === 1 ? JSON.parse(text) : messages;
    expect(answers).toContainEqual(expect.objectContaining({ id: 1, result: expect.anything() }));
    expect(answers).toContainEqual(expect.objectContaining({ id: 2, error: expect.anything() }));
    expect(shelf.calls.map(({ name }) => name)).toEqual(["open_shelf"]);
  });
});

describe("who may call all of a server", () => {
  test("sends it what it wrote, byte for byte, and nothing of who it is", async () => {
    const { hub, shelf } = await start();
    const url = `${hub.url}/servers/shelf/mcp`;
    const agent = await LegacyClient.open(hub.url, { path: "/servers/shelf/mcp", token: "agent" });
    const body = `{ "params":{"name" :"open_shelf", "arguments":{"n":1.0}},\n "method":"tools/call","id":"c-1","jsonrpc":"2.0" }`;
    const credentials = {
      authorization: "Bearer agent",
      cookie: "mcp-hub-session=agent",
      "proxy-authorization": "Basic YWdlbnQ=",
      "mcp-hub-proof": "agent",
      "x-api-key": "agent",
    };
    await new Exchange(url, {
      headers: {
        ...credentials,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-session-id": agent.sessionId,
        "mcp-protocol-version": legacyVersion,
      },
      body,
    }).done;
    expect(shelf.bodies).toContain(body);
    for (const client of await both(hub, "agent")) await client.call("shelf__open_shelf").done;
    for (const client of await both(hub, "clerk", "/servers/shelf/mcp"))
      await client.call("open_shelf").done;
    expect(shelf.calls).toHaveLength(5);
    for (const { headers } of shelf.calls)
      for (const name of Object.keys(credentials)) expect(headers).not.toHaveProperty(name);
  });
});
