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
  ["GET", "/openapi.json", "read"],
  ["GET", "/docs", "read"],
  ["GET", "/healthz?verbose", "admin"],
  ["GET", "/tokens", "admin"],
  ["GET", "/audit", "admin"],
  ["POST", "/register", "register"],
  ["POST", "/tokens", "admin"],
  ["DELETE", "/tokens/x", "admin"],
  ["PATCH", "/servers/shop", "admin"],
  ["DELETE", "/servers/shop?force=true", "register"],
  ["POST", "/servers/shop/admit", "admin"],
  ["PUT", "/servers/shop/credentials", "admin"],
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
