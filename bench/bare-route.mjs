// What the hub is measured against: a Hono route on the same server library that returns given bytes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../packages/server/package.json", import.meta.url));
const { Hono } = await import(require.resolve("hono"));
const { serve } = await import(require.resolve("@hono/node-server"));

const [file, etag] = process.argv.slice(2);
const bytes = readFileSync(file, "utf8");
const app = new Hono();
app.get("/servers", (context) => {
  if (context.req.header("if-none-match") === etag) return context.body(null, 304, { etag });
  return context.body(bytes, 200, { "content-type": "application/json", etag });
});
app.post("/echo", async (context) => context.json(await context.req.json()));
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.send?.({ port }));
