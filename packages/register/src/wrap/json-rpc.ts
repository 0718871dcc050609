import {
  gatewayErrors,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type Outcome,
} from "@hub/mcp";

type JsonRpcAnswer = Outcome & { readonly jsonrpc: "2.0"; readonly id: JsonRpcId };

/** A message on a link. Payloads are passed on as they are, what is unknown in them as well. */
export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcAnswer;

export function isRequest(message: JsonRpcMessage): message is JsonRpcRequest {
  return "method" in message && "id" in message;
}

export function isNotification(message: JsonRpcMessage): message is JsonRpcNotification {
  return "method" in message && !("id" in message);
}

export function outcomeOf({ error, result }: JsonRpcAnswer): Outcome {
  return error === undefined ? { result } : { error };
}

export function failed(code: number, message: string): Outcome {
  return { error: { code, message } };
}

/** The server behind the endpoint went away, or is of no use any more. */
export function gone(message: string): Outcome {
  return failed(gatewayErrors.SERVER_UNAVAILABLE, message);
}
