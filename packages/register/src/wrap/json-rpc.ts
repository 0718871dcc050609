/** JSON-RPC messages as they travel. Payloads stay `unknown`: what we do not know, we pass on. */
export type JsonRpcId = string | number;

export interface JsonRpcParams {
  readonly _meta?: Readonly<Record<string, unknown>> | undefined;
  readonly [key: string]: unknown;
}

export interface JsonRpcRequest {
  readonly jsonrpc: "2.0";
  readonly id: JsonRpcId;
  readonly method: string;
  readonly params?: JsonRpcParams | undefined;
}

export interface JsonRpcNotification {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: JsonRpcParams | undefined;
}

export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** How a request ended. */
export type Outcome =
  | { readonly result: Readonly<Record<string, unknown>> }
  | { readonly error: JsonRpcError };

export type JsonRpcResponse = { readonly jsonrpc: "2.0"; readonly id: JsonRpcId } & Outcome;

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

export const invalidRequest = -32600;
export const methodNotFound = -32601;
export const invalidParams = -32602;
export const internalError = -32603;
/** Ours, outside the range JSON-RPC and MCP reserve: the server behind the endpoint went away. */
export const serverGone = -31001;

export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return "method" in message && "id" in message;
}

export function isNotification(message: JsonRpcMessage): message is JsonRpcNotification {
  return "method" in message && !("id" in message);
}

export function outcomeOf(response: JsonRpcResponse): Outcome {
  return "error" in response ? { error: response.error } : { result: response.result };
}

export function failed(code: number, message: string): Outcome {
  return { error: { code, message } };
}
