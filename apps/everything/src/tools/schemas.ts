import { fromJsonSchema, type McpServer } from "@modelcontextprotocol/server";
import { textResult } from "../text.js";

// Written as JSON Schema: a schema library would not emit these keywords.
const contactSchema = fromJsonSchema({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits a schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
});

const regionSchema = fromJsonSchema<{ region?: string; level?: number }>({
  type: "object",
  properties: {
    region: { type: "string", description: "Also sent as a header", "x-mcp-header": "Region" },
    level: { type: "integer", description: "Sent in the body only" },
  },
});

/** Tools whose input schema is the point. */
export function registerSchemaTools(server: McpServer): void {
  server.registerTool(
    "json_schema_2020_12_tool",
    {
      description: "Takes a contact, described with all of JSON Schema 2020-12.",
      inputSchema: contactSchema,
    },
    async (contact) => textResult(JSON.stringify(contact)),
  );

  server.registerTool(
    "test_x_mcp_header",
    {
      description: "Takes a region that clients of the 2026 revision repeat in a header.",
      inputSchema: regionSchema,
    },
    async ({ region }) => textResult(`region: ${region ?? "none"}`),
  );
}
