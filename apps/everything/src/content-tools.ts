import { type CallToolResult, fromJsonSchema, type McpServer } from "@modelcontextprotocol/server";
import { pngBase64, wavBase64 } from "./samples.js";

export function text(value: string): CallToolResult {
  return { content: [{ type: "text", text: value }] };
}

const image = { type: "image", data: pngBase64, mimeType: "image/png" } as const;
const audio = { type: "audio", data: wavBase64, mimeType: "audio/wav" } as const;

/** Tools that answer at once: one for each kind of content, and two for unusual input schemas. */
export function addContentTools(server: McpServer): void {
  server.registerTool("test_simple_text", { description: "Answers with text." }, async () =>
    text("This is a simple text response for testing."),
  );

  server.registerTool(
    "test_image_content",
    { description: "Answers with an image." },
    async () => ({
      content: [image],
    }),
  );

  server.registerTool("test_audio_content", { description: "Answers with a sound." }, async () => ({
    content: [audio],
  }));

  server.registerTool(
    "test_embedded_resource",
    { description: "Answers with a resource inside the result." },
    async () => ({
      content: [
        {
          type: "resource",
          resource: {
            uri: "test://embedded-resource",
            mimeType: "text/plain",
            text: "This is an embedded resource content.",
          },
        },
      ],
    }),
  );

  server.registerTool(
    "test_multiple_content_types",
    { description: "Answers with text, an image and a resource." },
    async () => ({
      content: [
        { type: "text", text: "Multiple content types test:" },
        image,
        {
          type: "resource",
          resource: {
            uri: "test://mixed-content-resource",
            mimeType: "application/json",
            text: JSON.stringify({ test: "data", value: 123 }),
          },
        },
      ],
    }),
  );

  server.registerTool("test_error_handling", { description: "Always fails." }, async () => ({
    ...text("This tool intentionally returns an error for testing"),
    isError: true,
  }));

  addSchemaTools(server);
}

/** A name of its own: written in place, the compiler would refuse the keyword it does not know. */
const regionSchema = {
  type: "object",
  properties: {
    region: { type: "string", description: "Where to run", "x-mcp-header": "Region" },
    level: { type: "integer", description: "Not repeated in a header" },
  },
} as const;

/** Both schemas are written as JSON: they must reach the client exactly as they stand here. */
function addSchemaTools(server: McpServer): void {
  server.registerTool(
    "json_schema_2020_12_tool",
    {
      description: "Takes a contact, described with keywords of JSON Schema 2020-12.",
      inputSchema: fromJsonSchema({
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
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise
        then: { required: ["phone"] },
        else: { required: ["email"] },
        additionalProperties: false,
      }),
    },
    async (contact) => text(`Contact: ${JSON.stringify(contact)}`),
  );

  server.registerTool(
    "test_x_mcp_header",
    {
      description: "Takes a region, which a client repeats in the header Mcp-Param-Region.",
      inputSchema: fromJsonSchema<{ region?: string; level?: number }>(regionSchema),
    },
    async ({ region }) => text(`region=${region ?? "none"}`),
  );
}
