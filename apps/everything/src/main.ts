// An MCP server with every feature of the protocol, in both eras. `PORT` (default: a free one),
// `EVERYTHING_NAME`; with `MCP_HUB_URL` it registers itself there. Says `{"port":N}` when it listens.
import { serve } from "@hono/node-server";
import { register } from "@hub/register";
import { createApp } from "./app.js";

const { PORT = "0", EVERYTHING_NAME: name = "Everything", MCP_HUB_URL: hubUrl } = process.env;

serve({ fetch: createApp(name).fetch, hostname: "127.0.0.1", port: Number(PORT) }, ({ port }) => {
  console.log(JSON.stringify({ port }));
  process.send?.({ port });
  if (hubUrl === undefined) return;
  register(`http://127.0.0.1:${port}/mcp`, {
    name,
    description: "Every feature of the protocol, in both eras",
    tags: ["test"],
  });
});
