import { McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { z } from "zod";

const findInput = {
  words: z.string().min(2).describe("What it is called"),
  kind: z.enum(["bolt", "nut", "plate"]).default("bolt"),
  filter: z
    .object({ maker: z.string(), tags: z.array(z.object({ name: z.string() })) })
    .partial()
    .optional(),
};

/** A server with something of every kind. Its second release differs; `bins` adds that many tools. */
export function workshop(release: 1 | 2, bins = 0): McpServer {
  const server = new McpServer(
    { name: "Workshop", version: `${release}.0.0` },
    { instructions: "Use find_part before order_part." },
  );
  const more = release === 1 ? {} : { limit: z.number().int().default(10) };
  server.registerTool(
    "find_part",
    {
      title: "Find a part",
      description: release === 1 ? "Finds parts by words." : "Finds parts by number.",
      annotations: { readOnlyHint: true },
      inputSchema: z.object({ ...findInput, ...more }),
      outputSchema: z.object({ parts: z.array(z.object({ price: z.number() })) }),
    },
    async () => ({ content: [], structuredContent: { parts: [] } }),
  );
  server.registerTool(
    "order_part",
    {
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: true },
      inputSchema: z.object({ number: z.string() }),
    },
    async () => ({ content: [{ type: "text", text: "Sold out." }], isError: true }),
  );
  if (release === 1) server.registerTool("old_stock", {}, async () => ({ content: [] }));
  for (let bin = 0; bin < bins; bin += 1)
    server.registerTool(
      `bin_${bin}`,
      {
        description: `What is in bin ${bin}.`,
        ...(release === 1 ? {} : { annotations: { readOnlyHint: true } }),
      },
      async () => ({ content: [] }),
    );
  server.registerPrompt(
    "advise",
    { argsSchema: z.object({ need: z.string().describe("What they need") }) },
    async () => ({ messages: [] }),
  );
  server.registerResource("list", "parts://list", { mimeType: "text/csv" }, async ({ href }) => ({
    contents: [{ uri: href, text: "" }],
  }));
  server.registerResource(
    "sheet",
    new ResourceTemplate("parts://{number}/sheet", { list: undefined }),
    { title: "Data sheet" },
    async ({ href }) => ({ contents: [{ uri: href, text: "" }] }),
  );
  return server;
}
