import type { CapabilityKind } from "@hub/core";
import { codes, type JsonRpcError, type JsonRpcRequest } from "@hub/mcp";

/** A map, because the key is a client's word: an object has members nobody put there. */
export const listMethods: ReadonlyMap<string, CapabilityKind> = new Map([
  ["tools/list", "tools"],
  ["prompts/list", "prompts"],
  ["resources/list", "resources"],
  ["resources/templates/list", "resourceTemplates"],
]);

/** Lists come in one page, so no cursor was ever given. */
export function cursorProblem({ params }: JsonRpcRequest): JsonRpcError | undefined {
  return params?.cursor === undefined || params.cursor === null
    ? undefined
    : {
        code: codes.invalidParams,
        message: "Unknown cursor: the hub answers lists in one page. Ask again without one.",
      };
}
