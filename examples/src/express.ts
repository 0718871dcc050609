import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/server";
import express from "express";

function createServer() {
  return new McpServer({ name: "Orders", version: "1.0.0" });
}

const app = express();
const httpServer = app.listen(0, "127.0.0.1");
register(createServer, { mount: app, server: httpServer, path: "/ai/mcp" });
