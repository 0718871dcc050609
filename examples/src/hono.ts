import { serve } from "@hono/node-server";
import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/server";
import { Hono } from "hono";

function createServer() {
  return new McpServer({ name: "Stock", version: "1.0.0" });
}

const app = new Hono();
const httpServer = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
register(createServer, { mount: app, server: httpServer });
