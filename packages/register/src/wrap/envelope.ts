import { type ClientCapabilities, metaKeys } from "@hub/mcp";
import type { ServerContext } from "@modelcontextprotocol/server";

function read(context: ServerContext, key: keyof typeof metaKeys): unknown {
  const envelope: Readonly<Record<string, unknown>> = { ...context.mcpReq.envelope };
  return envelope[metaKeys[key]];
}

/** What the client of a stateless request declared for this request. */
export function clientCapabilitiesOf(context: ServerContext): ClientCapabilities {
  return (read(context, "clientCapabilities") ?? {}) as ClientCapabilities; // parsed by the SDK
}

/** The log level of a stateless request; without one it wants no log messages at all. */
export function logLevelOf(context: ServerContext): unknown {
  return read(context, "logLevel");
}
