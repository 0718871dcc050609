import { setTimeout as sleep } from "node:timers/promises";
import { fromJsonSchema, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

/** As JSON, with keywords that no library would write for us. */
const everyKind = {
  type: "object",
  $defs: { place: { type: "object", title: "Place", properties: { city: { type: "string" } } } },
  properties: {
    name: { type: "string", description: "Who it is for", minLength: 2 },
    amount: { type: "number", minimum: 0, default: 1.5 },
    count: { type: "integer", maximum: 10 },
    urgent: { type: "boolean" },
    colour: { enum: ["red", "blue"], enumNames: ["Red", "Blue"] },
    size: {
      oneOf: [
        { const: "s", title: "Small" },
        { const: "l", title: "Large" },
      ],
    },
    tags: { type: "array", items: { type: "string" } },
    place: { $ref: "#/$defs/place" },
    target: {
      oneOf: [
        {
          type: "object",
          title: "By mail",
          properties: { mail: { type: "string", format: "email" } },
          required: ["mail"],
        },
        {
          type: "object",
          title: "By number",
          properties: { number: { type: "integer" } },
          required: ["number"],
        },
      ],
    },
    note: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
    password: { type: "string", format: "password" },
    on: { type: "string", format: "date" },
    anything: {},
  },
  required: ["name", "amount"],
} as const;

const markdown = [
  "# Title",
  "[good](https://example.org/a) [bad](javascript:alert(1))",
  "![cat](https://example.org/cat.png)",
  "<img src=x onerror=alert(1)>",
  "| at | what |\n| -- | ---- |\n| noon | high water |",
].join("\n\n");

/** What a test counts. */
export type Seen = { erased: number; cancelled: number };

/** A server whose tools take every kind of schema, wait, destroy, and answer what a page must survive. */
export function trials(seen: Seen): McpServer {
  const server = new McpServer({ name: "Trials", version: "1.0.0" });
  const say = (text: string) => ({ content: [{ type: "text" as const, text }] });
  const readOnly = { readOnlyHint: true };
  const inputSchema = z.object({});
  server.registerTool(
    "echo",
    { annotations: readOnly, inputSchema: fromJsonSchema<Record<string, unknown>>(everyKind) },
    async (given) => ({ ...say(JSON.stringify(given)), structuredContent: { given } }),
  );
  server.registerTool(
    "erase",
    { annotations: { destructiveHint: true }, inputSchema: z.object({ what: z.string() }) },
    async ({ what }) => {
      seen.erased += 1;
      return say(`Erased ${what}`);
    },
  );
  server.registerTool("wait", { inputSchema }, async (_, { mcpReq }) => {
    await sleep(30_000, undefined, { signal: mcpReq.signal }).catch(() => {
      seen.cancelled += 1;
    });
    return say("waited");
  });
  server.registerTool("write", { annotations: readOnly }, async () => say(markdown));
  server.registerTool("long", { annotations: readOnly }, async () => ({
    ...say(`<b>${"x".repeat(250_000)}</b>`),
    structuredContent: { list: Array.from({ length: 300 }, (_, index) => index) },
  }));
  server.registerTool("sign_in", { inputSchema }, async (_, { mcpReq }) => {
    const answer = mcpReq.inputResponses?.page;
    if (answer !== undefined) return say(JSON.stringify(answer));
    const page = inputRequired.elicitUrl({ message: "Sign in", url: "https://example.org/in?a=1" });
    return inputRequired({ inputRequests: { page } });
  });
  return server;
}
