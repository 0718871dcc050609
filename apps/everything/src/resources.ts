import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { redPixel } from "./media.js";

/** The resource to subscribe to; `test_trigger_resource_update` announces it. */
export const watchedUri = "test://watched-resource";

const ids = ["1", "12", "123"];

export function registerResources(server: McpServer): void {
  const texts = [
    ["static-text", "test://static-text", "This is the content of the static text resource."],
    ["watched-resource", watchedUri, "Watched resource content"],
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
    async ({ href: uri }) => ({ contents: [{ uri, mimeType: "image/png", blob: redPixel }] }),
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
}
