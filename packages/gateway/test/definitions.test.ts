import {
  closeAll,
  interceptMessages,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  type Payload,
  sendJson,
  TestHub,
  textOf,
  type UpstreamOptions,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const object = { type: "object" };

async function warningsOf(hub: TestHub, id: string): Promise<string> {
  const detail = (await hub.rest("GET", `/servers/${id}`)) as {
    readonly instances: readonly { readonly warnings: readonly string[] }[];
  }; // as its description says
  return detail.instances.flatMap(({ warnings }) => warnings).join("\n");
}

async function list(hub: TestHub, method: string, kind: string): Promise<Payload[]> {
  const client = await LegacyClient.open(hub.url, { path: "/mcp?hub=off" });
  const { result } = await client.ask(method);
  return (result?.[kind] ?? []) as Payload[]; // a list of definitions
}

/** A hub with a sound server and one of a test's own. */
async function withOdd(options: UpstreamOptions) {
  const hub = await TestHub.start();
  const sound = await LegacyUpstream.start({ tools: ["fine"] });
  const odd = await LegacyUpstream.start(options);
  await hub.register("sound", sound);
  await hub.register("odd", odd);
  return { hub, sound, odd };
}

describe("a definition that clients refuse the whole list for", () => {
  const mended: readonly (readonly [what: string, given: Payload, shown: Payload])[] = [
    ["no inputSchema", {}, { inputSchema: object }],
    ["an inputSchema that is null", { inputSchema: null }, { inputSchema: object }],
    ["an empty list for an inputSchema", { inputSchema: [] }, { inputSchema: object }],
    [
      "no type",
      { inputSchema: { properties: {} } },
      { inputSchema: { ...object, properties: {} } },
    ],
    [
      "a reference at the root",
      { inputSchema: { $ref: "#/$defs/A", $defs: { A: object } } },
      { inputSchema: { ...object, $ref: "#/$defs/A", $defs: { A: object } } },
    ],
    [
      "a choice at the root",
      { inputSchema: { anyOf: [object] } },
      { inputSchema: { ...object, anyOf: [object] } },
    ],
    ["required: null", { inputSchema: { ...object, required: null } }, { inputSchema: object }],
    ["properties: null", { inputSchema: { ...object, properties: null } }, { inputSchema: object }],
    [
      "properties: []",
      { inputSchema: { ...object, properties: [] } },
      { inputSchema: { ...object, properties: {} } },
    ],
    [
      "a property that takes anything",
      { inputSchema: { ...object, properties: { a: true, b: null } } },
      { inputSchema: { ...object, properties: { a: {}, b: {} } } },
    ],
    [
      "required with numbers for names",
      { inputSchema: { ...object, required: { 0: "a", 2: "b" } } },
      { inputSchema: { ...object, required: ["a", "b"] } },
    ],
    [
      "null for what is not given",
      {
        inputSchema: object,
        ...{ description: null, title: null, annotations: null, outputSchema: null, _meta: null },
      },
      { inputSchema: object },
    ],
    [
      "an outputSchema of another type",
      { inputSchema: object, outputSchema: { type: "array" } },
      { inputSchema: object },
    ],
    [
      "an outputSchema that nobody can compile",
      { inputSchema: object, outputSchema: { ...object, properties: { a: { type: "int" } } } },
      { inputSchema: object },
    ],
    [
      "icons, execution and annotations of a wrong form",
      {
        inputSchema: object,
        icons: [{ src: 1 }, { src: "data:,", sizes: "48x48" }],
        execution: { taskSupport: "maybe" },
        annotations: { readOnlyHint: "yes", title: "T" },
      },
      {
        inputSchema: object,
        icons: [{ src: "data:," }],
        execution: {},
        annotations: { title: "T" },
      },
    ],
  ];

  test.for(mended)("%s is mended, which changes no meaning, and said", async ([, given, shown]) => {
    const { hub } = await withOdd({ tools: [{ name: "echo", ...given }] });
    expect(await list(hub, "tools/list", "tools")).toEqual([
      { name: "odd__echo", ...shown },
      { name: "sound__fine", inputSchema: object },
    ]);
    expect(await warningsOf(hub, "odd")).toMatch(
      /The tool "echo" is shown with a correction: its \w+ is/,
    );
    expect(await warningsOf(hub, "sound")).toBe("");
    const client = await LegacyClient.open(hub.url);
    const { response } = await client.call("odd__echo", { a: 1 }).done;
    expect(textOf(response)).toBe('{"a":1}');
  });

  const leftOut: readonly (readonly [what: string, given: Payload])[] = [
    ["a schema for an array", { inputSchema: { type: "array" } }],
    ["a schema that is a text", { inputSchema: "object" }],
    ["a schema that takes nothing", { inputSchema: false }],
    ["properties in a list", { inputSchema: { ...object, properties: [{ name: "a" }] } }],
    ["a property that is no schema", { inputSchema: { ...object, properties: { a: "string" } } }],
    ["a required that is no list", { inputSchema: { ...object, required: "a" } }],
    [
      "an x-mcp-header that breaks the rules",
      { inputSchema: { ...object, properties: { a: { type: "array", "x-mcp-header": "a" } } } },
    ],
  ];

  test.for(leftOut)("%s is left out, with its name, the reason and the mend", async ([, given]) => {
    const { hub, odd } = await withOdd({ tools: [{ name: "bad", ...given }, "good"] });
    const names = (await list(hub, "tools/list", "tools")).map(({ name }) => name);
    expect(names).toEqual(["odd__good", "sound__fine"]);
    expect(await warningsOf(hub, "odd")).toMatch(
      /The tool "bad" is left out of \/mcp and of toolsets: its .+\. Give .+\./,
    );
    // What passes through is as its server wrote it.
    const client = await LegacyClient.open(hub.url, { path: "/servers/odd/mcp" });
    expect((await client.ask("tools/list")).result?.tools).toEqual(odd.offer.tools);
  });

  test("of a resource is left out when its URI is relative, which some clients cannot read, but not by its own endpoint", async () => {
    const relative = ["notes.txt", "/docs/a", "//host/a", "?a", "a b", "http://"];
    const absolute = ["test://a", "urn:isbn:1", "file:///a b", "data:,", "custom:x"];
    const { hub } = await withOdd({
      resources: [...relative, ...absolute].map((uri) => ({ uri, name: uri })),
    });
    const shown = await list(hub, "resources/list", "resources");
    expect(shown.map(({ uri }) => uri).sort()).toEqual([...absolute].sort());
    const client = await LegacyClient.open(hub.url, { path: "/servers/odd/mcp" });
    const { result } = await client.ask("resources/list");
    expect(result?.resources).toHaveLength(relative.length + absolute.length);
    expect(await warningsOf(hub, "odd")).toContain('The resource "notes.txt" is left out');
  });

  test("of prompts, resources and templates is mended or left out as one of tools is", async () => {
    const { hub } = await withOdd({
      prompts: [
        { name: "one", arguments: null, description: null },
        { name: "two", arguments: [{ name: "a", required: null, description: null }] },
        { name: "three", arguments: [{ title: "no name" }] },
      ],
      resources: [
        { uri: "test://a", mimeType: null, name: "a" },
        { uri: "test://b", size: "12", annotations: { priority: 7 } },
      ],
      resourceTemplates: [{ uriTemplate: "test://{a}", mimeType: null }],
    });
    expect(await list(hub, "prompts/list", "prompts")).toEqual([
      { name: "odd__one" },
      { name: "odd__two", arguments: [{ name: "a" }] },
    ]);
    expect(await list(hub, "resources/list", "resources")).toEqual([
      { uri: "test://a", name: "a" },
      { uri: "test://b", name: "test://b", annotations: {} },
    ]);
    expect(await list(hub, "resources/templates/list", "resourceTemplates")).toEqual([
      { uriTemplate: "test://{a}", name: "test://{a}" },
    ]);
    const warnings = await warningsOf(hub, "odd");
    expect(warnings).toContain('The prompt "three" is left out');
    expect(warnings).toContain('The resource template "test://{a}" is shown with a correction');
  });

  test("without a name, or with one that is there twice, is counted and said", async () => {
    const { hub } = await withOdd({
      tools: ["one", { inputSchema: object }, { name: 7, inputSchema: object }, "one"],
    });
    const names = (await list(hub, "tools/list", "tools")).map(({ name }) => name);
    expect(names).toEqual(["odd__one", "sound__fine"]);
    const warnings = await warningsOf(hub, "odd");
    expect(warnings).toContain("2 items have no `name` that is a string");
    expect(warnings).toContain('has "one" more than once. The hub uses the first one');
  });

  test("is told of once, however many there are", async () => {
    const tools = Array.from({ length: 500 }, (_, index) => ({
      name: `t${index}`,
      inputSchema: 5,
    }));
    const { hub } = await withOdd({ tools });
    expect(await list(hub, "tools/list", "tools")).toHaveLength(1);
    const warnings = await warningsOf(hub, "odd");
    expect(warnings.split("\n").length).toBeLessThan(12);
    expect(warnings).toContain("492 more are left out too");
  });
});

describe("a list that fails beside lists that work", () => {
  const methods = {
    tools: "tools/list",
    prompts: "prompts/list",
    resources: "resources/list",
    resourceTemplates: "resources/templates/list",
  } as const;
  type Kind = keyof typeof methods;

  const offer: UpstreamOptions = {
    prompts: [{ name: "ask" }],
    resources: [{ uri: "test://a", name: "a" }],
    resourceTemplates: [{ uriTemplate: "test://{a}", name: "as" }],
  };

  const failures: readonly (readonly [
    what: string,
    text: RegExp,
    status: number,
    body: unknown,
  ])[] = [
    ["an error", /answers error -32603/, 200, { error: { code: -32_603, message: "no" } }],
    ["HTTP 500", /answers HTTP 500/, 500, "Internal Server Error"],
    ["HTTP 404", /answers HTTP 404/, 404, "Not Found"],
    ["a result without a list", /without a list/, 200, { result: { items: [] } }],
    ["something that is not JSON", /not JSON/, 200, "oops"],
    ["more than the hub takes", /MCP_HUB_MAX_SNAPSHOT_BYTES/, 200, { result: "x".repeat(400_000) }],
  ];
  const cases = failures.flatMap((failure, index) => {
    const kind = (Object.keys(methods) as Kind[])[index % 4] ?? "tools"; // keys of the table above
    return [[kind, ...failure] as const];
  });

  /** Answers one list in a way of its own. */
  function failWith(
    upstream: LegacyUpstream | ModernUpstream,
    kind: Kind,
    status: number,
    body: unknown,
  ) {
    interceptMessages(upstream, (message: Message, response) => {
      if (message.method !== methods[kind]) return false;
      if (typeof body === "string") {
        const type = status === 200 ? "application/json" : "text/plain";
        response.writeHead(status, { "content-type": type }).end(body);
      } else sendJson(response, status, { jsonrpc: "2.0", id: message.id, ...(body as Payload) });
      return true;
    });
  }

  const counts = async (hub: TestHub) => {
    const lists = Object.entries(methods).map(
      async ([kind, method]) => [kind, (await list(hub, method, kind)).length] as const,
    );
    return Object.fromEntries(await Promise.all(lists));
  };

  test.for(cases)("%s with %s: the others are read", async ([kind, , text, status, body]) => {
    for (const Era of [LegacyUpstream, ModernUpstream]) {
      const hub = await TestHub.start({ budgets: { snapshotBytes: 200_000 } });
      const server = await new Era(offer).start();
      failWith(server, kind, status, body);
      await hub.register("odd", server);
      expect(await counts(hub)).toEqual({
        ...{ tools: 1, prompts: 1, resources: 1, resourceTemplates: 1 },
        [kind]: 0,
      });
      expect(await warningsOf(hub, "odd")).toMatch(text);
      await closeAll();
    }
  });

  test.for(Object.keys(methods) as Kind[])(
    "%s that are declared and not known there are none, without a warning",
    async (kind) => {
      const hub = await TestHub.start();
      const server = await LegacyUpstream.start(offer);
      failWith(server, kind, 200, { error: { code: -32_601, message: "Method not found" } });
      await hub.register("odd", server);
      expect((await counts(hub))[kind]).toBe(0);
      expect(Object.values(await counts(hub)).filter((count) => count === 1)).toHaveLength(3);
      expect(await warningsOf(hub, "odd")).toBe("");
    },
  );

  test("keeps what was known of it, and is read again with the next probe", async () => {
    const hub = await TestHub.start();
    const server = await LegacyUpstream.start(offer);
    await hub.register("odd", server);
    failWith(server, "tools", 500, "Internal Server Error");
    server.offer.prompts = [{ name: "ask" }, { name: "tell" }];
    await hub.rest("POST", "/servers/odd/probe");
    expect(await counts(hub)).toMatchObject({ tools: 1, prompts: 2 });
    expect(await warningsOf(hub, "odd")).toMatch(/tools\/list answers HTTP 500/);
    server.intercept = undefined;
    server.offer.tools = [];
    await until("the tools to be read", async () => {
      await hub.rest("POST", "/servers/odd/probe");
      return hub.entry("odd")?.snapshot?.tools.length === 0;
    });
    expect(await warningsOf(hub, "odd")).toBe("");
  });

  test("costs a modern client no more than one of 2025", async () => {
    const hub = await TestHub.start();
    const server = await ModernUpstream.start(offer);
    failWith(server, "resources", 200, {
      error: { code: -32_000, message: "the database is away" },
    });
    await hub.register("odd", server);
    const { result } = await new ModernClient(hub.url, { path: "/mcp?hub=off" }).ask("tools/list");
    expect(result?.tools).toHaveLength(1);
  });
});
