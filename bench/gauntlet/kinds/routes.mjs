// The paths that the kinds try. Nobody may have any of the closed ones.
import { legacy, modern } from "../../gateway/mcp.mjs";

/** Method and target of what needs a right, with the right. */
export const closed = [
  ["GET", "/servers", "read"],
  ["GET", "/servers/shop", "read"],
  ["GET", "/servers/shop/tools", "read"],
  ["GET", "/servers/shop/changes", "read"],
  ["GET", "/tools?q=items", "read"],
  ["GET", "/events?limit=5", "read"],
  ["GET", "/traffic", "read"],
  ["GET", "/calls", "read"],
  ["GET", "/toolsets", "read"],
  ["GET", "/toolsets/mixed", "read"],
  ["GET", "/config/cursor", "read"],
  ["GET", "/pulse", "read"],
  ["GET", "/history", "read"],
  ["GET", "/servers/shop/history", "read"],
  ["GET", "/servers/shop/uptime", "read"],
  ["GET", "/hubs", "read"],
  ["GET", "/metrics", "read"],
  ["POST", "/toolsets/preview", "read"],
  ["POST", "/servers/vault/probe", "call"],
  ["POST", "/diagnose", "call"],
  ["GET", "/openapi.json", "read"],
  ["GET", "/docs", "read"],
  ["GET", "/healthz?verbose", "admin"],
  ["GET", "/tokens", "admin"],
  ["GET", "/audit", "admin"],
  ["GET", "/audit?format=ndjson&subject=x", "admin"],
  ["GET", "/settings", "admin"],
  ["PUT", "/settings/log-level", "admin"],
  ["GET", "/admission/rules", "admin"],
  ["GET", "/servers/shop/credentials", "admin"],
  ["PUT", "/servers/shop/credentials/confirm", "admin"],
  ["POST", "/register", "register"],
  ["POST", "/tokens", "admin"],
  ["DELETE", "/tokens/x", "admin"],
  ["PATCH", "/servers/shop", "admin"],
  ["DELETE", "/servers/shop?force=true", "register"],
  ["POST", "/servers/shop/admit", "admin"],
  ["POST", "/servers/shop/refuse", "admin"],
  ["PUT", "/servers/shop/credentials", "admin"],
  ["POST", "/toolsets", "admin"],
  ["PUT", "/toolsets/mixed", "admin"],
  ["DELETE", "/toolsets/mixed", "admin"],
];

/** Every way to ask for MCP. */
export const endpoints = [
  "/mcp",
  "/servers/shop/mcp",
  "/servers/old-shop/mcp",
  "/toolsets/mixed/mcp",
];
export const eras = [modern, legacy];

/** Whether an answer gave something that was not meant for whoever asked. */
export const gave = ({ status }) => status >= 200 && status < 300;
