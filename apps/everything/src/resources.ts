import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { pngBase64 } from "./samples.js";

const ids = ["1", "12", "123"];

/** Two texts, an image and a template; subscriptions are accepted in the 2025 revisions. */
export function addResources(server: McpServer): void {
  const texts = [
    ["static-text", "test://static-text", "This is the content of the static text resource."],
    ["watched-resource", "test://watched-resource", "Watched resource content"],
  ] as const;
  for (const [name, uri, text] of texts) {
    const mimeType = "text/plain";
    server.registerResource(name, uri, { description: "A text.", mimeType }, async () => ({
      contents: [{ uri, mimeType, text }],
    }));
  }

  server.registerResource(
    "static-binary",
    "test://static-binary",
    { description: "An image.", mimeType: "image/png" },
    async ({ href: uri }) => ({ contents: [{ uri, mimeType: "image/png", blob: pngBase64 }] }),
  );

  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", {
      list: undefined,
      complete: { id: (start) => ids.filter((id) => id.startsWith(start)) },
    }),
    { description: "Data for an id.", mimeType: "application/json" },
    async ({ href: uri }, { id }) => {
      const data = { id, templateTest: true, data: `Data for ID: ${id}` };
      return { contents: [{ uri, mimeType: "application/json", text: JSON.stringify(data) }] };
    },
  );

  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}
