// MCP Server 2: version 2 of the official SDK, as a factory: each client gets a server of its own.
import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

function createServer(): McpServer {
  const server = new McpServer({ name: "MCP Server 2", version: "1.0.0" });

  server.registerTool("greet2", { description: "Says hello." }, async () => ({
    content: [{ type: "text", text: "Hello from MCP Server 2 !" }],
  }));

  server.registerTool(
    "count_words",
    {
      description: "Counts the words of a text.",
      inputSchema: z.object({ text: z.string().describe("The text to count in.") }),
      outputSchema: z.object({ words: z.number(), longest: z.string() }),
    },
    async ({ text }) => {
      const words = text.match(/[\p{L}\p{N}'-]+/gu) ?? [];
      const longest = words.reduce((best, word) => (word.length > best.length ? word : best), "");
      const counted = { words: words.length, longest };
      return {
        content: [{ type: "text", text: JSON.stringify(counted) }],
        structuredContent: counted,
      };
    },
  );

  server.registerPrompt(
    "shorten",
    {
      description: "Asks for a shorter text.",
      argsSchema: z.object({ text: z.string(), words: z.string().describe("At most so many.") }),
    },
    ({ text, words }) => ({
      messages: [
        {
          role: "user",
          content: { type: "text", text: `Say this in at most ${words} words:\n\n${text}` },
        },
      ],
    }),
  );

  return server;
}

register(createServer, { description: "Texts, with SDK v2", tags: ["demo", "sdk-v2"] });
