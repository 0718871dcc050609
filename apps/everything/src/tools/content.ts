import type { CallToolResult, ContentBlock, McpServer } from "@modelcontextprotocol/server";
import { redPixel, silence } from "../media.js";

const image: ContentBlock = { type: "image", data: redPixel, mimeType: "image/png" };

/** Tools that take nothing and answer with one kind of content each. */
const contentTools: readonly (readonly [string, string, readonly ContentBlock[]])[] = [
  [
    "test_simple_text",
    "Answers with a text.",
    [{ type: "text", text: "This is a simple text response for testing." }],
  ],
  ["test_image_content", "Answers with an image.", [image]],
  [
    "test_audio_content",
    "Answers with a sound.",
    [{ type: "audio", data: silence, mimeType: "audio/wav" }],
  ],
  [
    "test_embedded_resource",
    "Answers with a resource in the answer itself.",
    [
      {
        type: "resource",
        resource: {
          uri: "test://embedded-resource",
          mimeType: "text/plain",
          text: "This is an embedded resource content.",
        },
      },
    ],
  ],
  [
    "test_multiple_content_types",
    "Answers with a text, an image and a resource.",
    [
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
  ],
  [
    "test_streaming_elicitation",
    "Answers at once: a stream of the 2026 revision carries no requests.",
    [{ type: "text", text: "Nothing was asked on this stream." }],
  ],
];

export function registerContentTools(server: McpServer): void {
  for (const [name, description, content] of contentTools) {
    const answer: CallToolResult = { content: [...content] };
    server.registerTool(name, { description }, async () => answer);
  }

  server.registerTool("test_error_handling", { description: "Always fails." }, async () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
}
