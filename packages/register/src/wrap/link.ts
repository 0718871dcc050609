import type { ClientCapabilities, JsonRpcId } from "@hub/mcp";
import type { JsonRpcMessage } from "./json-rpc.js";

/**
 * One connection to one MCP server that speaks the 2025 revision: JSON-RPC messages in order,
 * whatever carries them. The inside of this package speaks only that; its edges translate.
 */
export interface Link {
  /** `client`: what the client behind a request can be asked, for a server that is told with each. */
  send(message: JsonRpcMessage, client?: ClientCapabilities): void;
  /** Ends the connection; `onClose` is called once, also when the other side ended it. */
  close(): Promise<void>;
  /** `causeId`: our request in whose course the server sent this, where the link can tell. */
  onMessage: (message: JsonRpcMessage, causeId: JsonRpcId | undefined) => void;
  onClose: (reason: string) => void;
}
