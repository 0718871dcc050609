import { type HttpBindings, serve } from "@hono/node-server";
import { embedHub } from "@hub/server";
import { Hono } from "hono";

const port = Number(process.env.PORT ?? 8001);
const hub = await embedHub({ config: { dataDir: process.env.MCP_HUB_DATA_DIR ?? "./data" } });

const app = new Hono<{ Bindings: HttpBindings }>();
app.get("/hello", (context) => context.text("This page is my own."));
app.all("*", (context) => hub.fetch(context.req.raw, context.env));

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (address) =>
  console.log(`listening at http://127.0.0.1:${address.port}`),
);
process.once("SIGTERM", () => {
  hub.drain();
  server.close(() => void hub.close());
});
