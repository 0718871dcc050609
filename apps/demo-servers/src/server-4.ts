// MCP Server 4: a plain stdio server that knows nothing of any hub. To register it, it is run by
//   hub-register --name "MCP Server 4" -- node dist/server-4.js
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const notes: Readonly<Record<string, string>> = {
  release: "Releases leave on Tuesdays. The changelog is written before the tag.",
  holidays: "Tell the team two weeks ahead, and put it into the shared calendar.",
  incidents: "First stop the damage, then tell people, then look for the cause.",
};

function createServer(): McpServer {
  const server = new McpServer({ name: "notes", version: "1.0.0" });

  server.registerTool("greet4", { description: "Says hello." }, async () => ({
    content: [{ type: "text", text: "Hello from MCP Server 4 !" }],
  }));

  server.registerTool(
    "search_notes",
    {
      description: "Finds the team's notes that contain a word.",
      inputSchema: z.object({ word: z.string().min(1) }),
    },
    async ({ word }) => {
      const wanted = word.toLowerCase();
      const found = Object.entries(notes).filter((note) =>
        note.join(" ").toLowerCase().includes(wanted),
      );
      const text = found.map(([name, note]) => `${name}: ${note}`).join("\n");
      return { content: [{ type: "text", text: text || `No note contains "${word}".` }] };
    },
  );

  for (const [name, text] of Object.entries(notes)) {
    const uri = `notes://${name}`;
    server.registerResource(name, uri, { mimeType: "text/plain" }, async () => ({
      contents: [{ uri, text }],
    }));
  }

  return server;
}

serveStdio(createServer);
