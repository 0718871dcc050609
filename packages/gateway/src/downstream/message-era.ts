import { eraOf, type Message } from "@hub/mcp";
import type { Incoming } from "./incoming.js";

/** The era a client's message is written in. Only the 2025 revisions have answers of clients. */
export function eraOfMessage(parsed: Message, { request }: Incoming) {
  const header = request.headers["mcp-protocol-version"];
  const version = typeof header === "string" ? header : undefined;
  return parsed.kind === "response"
    ? "legacy"
    : eraOf(parsed.message.method, parsed.message.params, version);
}
