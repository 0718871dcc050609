import { capabilityKinds } from "@hub/core";
import type { JsonObject, JsonValue } from "@hub/core/json";
import { shownDefinition } from "@hub/core/shown";
import { Client as V2Client } from "@modelcontextprotocol/client";
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import fc from "fast-check";
import { expect, test } from "vitest";

/** What reads a list as the SDK's own client does, without a server: a transport that answers by hand. */
type Answers = Readonly<Record<string, JsonObject>>;

const runs = Number(process.env.HUB_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_127);

const capabilities = { tools: {}, prompts: {}, resources: {} };

/** A transport that answers each request at once. `modern`: of 2026-07-28. */
function answering(answers: Answers) {
  const transport = {
    onmessage: undefined as ((message: JSONRPCMessage) => void) | undefined,
    onclose: undefined,
    onerror: undefined,
    start: async () => undefined,
    close: async () => undefined,
    async send(message: { readonly id?: string | number | undefined; readonly method?: string }) {
      if (message.id === undefined) return;
      const result = answers[message.method ?? ""];
      const said =
        result === undefined
          ? { error: { code: -32_601, message: "Method not found" } }
          : { result };
      queueMicrotask(() =>
        transport.onmessage?.({ jsonrpc: "2.0", id: message.id, ...said } as JSONRPCMessage),
      );
    },
  };
  return transport;
}

const initialize = {
  protocolVersion: "2025-11-25",
  capabilities,
  serverInfo: { name: "hub", version: "1" },
};
const discover = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities,
  ttlMs: 0,
  cacheScope: "private",
};

const methods = {
  tools: "tools/list",
  resources: "resources/list",
  resourceTemplates: "resources/templates/list",
  prompts: "prompts/list",
} as const;
type Kind = keyof typeof methods;

/** Reads a list with the clients of both SDKs, and of the second one in both revisions. */
async function readByAll(kind: Kind, definition: JsonObject): Promise<void> {
  const list = { [kind]: [definition] };
  const modern = { ...list, resultType: "complete", ttlMs: 0, cacheScope: "private" };
  const info = { name: "reader", version: "1" };
  const answers = { initialize, [methods[kind]]: list };
  const v1 = new V1Client(info);
  await v1.connect(answering(answers));
  const v2 = new V2Client(info, { versionNegotiation: { mode: "legacy" } });
  await v2.connect(answering(answers));
  const v2Modern = new V2Client(info, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await v2Modern.connect(answering({ "server/discover": discover, [methods[kind]]: modern }));
  for (const client of [v1, v2, v2Modern]) {
    const read = {
      tools: () => client.listTools(),
      resources: () => client.listResources(),
      resourceTemplates: () => client.listResourceTemplates(),
      prompts: () => client.listPrompts(),
    };
    await read[kind]();
  }
}

const sound: { readonly [kind in Kind]: JsonObject } = {
  tools: {
    name: "echo",
    title: "Echo",
    description: "Says it again",
    inputSchema: { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
    outputSchema: { type: "object", properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: {} } },
    annotations: { title: "Echo", readOnlyHint: true },
    execution: { taskSupport: "optional" },
    icons: [{ src: "data:,", mimeType: "image/png", sizes: ["1x1"], theme: "dark" }],
    _meta: { a: 1 },
  },
  resources: {
    name: "file",
    uri: "file:///a",
    mimeType: "text/plain",
    size: 5,
    annotations: { audience: ["user"], priority: 0.5, lastModified: "2026-02-28T12:00:00Z" },
  },
  resourceTemplates: { name: "files", uriTemplate: "file:///{a}", mimeType: "text/plain" },
  prompts: {
    name: "ask",
    title: "Ask",
    arguments: [{ name: "a", description: "what", required: true }],
  },
};

const odd: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(
    ...[null, [], {}, "", "object", "int", 0, 1.5, true, false, [null], [""], ["a"], [{}]],
    ...[{ "0": "a" }, { type: "int" }, { type: ["object", "null"] }, { $ref: "#/$defs/Gone" }],
    ...[{ $ref: "http://127.0.0.1:1/x" }, { pattern: "(" }, { enum: [] }, { id: "x" }, "OBJECT"],
    ...[
      { exclusiveMinimum: true, type: "number" },
      { nullable: true },
      { anyOf: [] },
      { items: 5 },
    ],
    ...["2026-02-30T00:00:00Z", "2026-02-03T04:05:06+01:00", "yesterday"],
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>,
);

/** Replaces, adds or takes away one member somewhere in a value. */
function spoil(value: JsonValue, path: readonly number[], name: string, by: JsonValue): JsonValue {
  const [step = 0, ...rest] = path;
  if (Array.isArray(value) && value.length > 0) {
    const at = step % value.length;
    return value.map((one: JsonValue, index) => (index === at ? spoil(one, rest, name, by) : one));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return by;
  const keys = [...Object.keys(value), name];
  const key = keys[step % keys.length] ?? name;
  const inner = Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined;
  const isDeeper = rest.length > 0 && typeof inner === "object" && inner !== null;
  return { ...value, [key]: isDeeper && inner !== undefined ? spoil(inner, rest, name, by) : by };
}

const member = fc.constantFrom(
  ...[
    "type",
    "properties",
    "required",
    "$schema",
    "$ref",
    "anyOf",
    "items",
    "additionalProperties",
  ],
  ...[
    "pattern",
    "format",
    "enum",
    "nullable",
    "minimum",
    "$id",
    "dependencies",
    "patternProperties",
  ],
  ...["description", "mimeType", "size", "title", "icons", "annotations", "execution", "_meta"],
  ...["arguments", "inputSchema", "outputSchema", "x-other", "toString", "__proto__"],
);

const spoilt = fc.record({
  kind: fc.constantFrom(...capabilityKinds),
  spoils: fc.array(
    fc.record({ path: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }), member, by: odd }),
    { minLength: 1, maxLength: 4 },
  ),
});

test("whatever stands in a definition, what is shown of it is read by the clients of both SDKs", async () => {
  const quiet = console.warn;
  console.warn = () => undefined;
  try {
    await fc.assert(
      fc.asyncProperty(spoilt, async ({ kind, spoils }) => {
        let definition: JsonValue = sound[kind];
        for (const one of spoils) definition = spoil(definition, one.path, one.member, one.by);
        const key =
          kind === "resources" ? "uri" : kind === "resourceTemplates" ? "uriTemplate" : "name";
        // What has no key is never taken over, and so is nothing to show.
        const shown = shownDefinition(kind, { ...(definition as JsonObject), [key]: "test://a" });
        if (shown.definition === undefined) expect(shown.flaw.reason).toMatch(/^(its|an argument)/);
        else await readByAll(kind, shown.definition);
      }),
      { numRuns: runs, seed },
    );
  } finally {
    console.warn = quiet;
  }
});

test("a sound definition is shown as it is", async () => {
  for (const kind of capabilityKinds) {
    const shown = shownDefinition(kind, sound[kind]);
    expect(shown.definition).toBe(sound[kind]);
    await readByAll(kind, sound[kind]);
  }
});
