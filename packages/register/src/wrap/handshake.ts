import type { JsonObject } from "@hub/core/json";
import { type ClientCapabilities, newestLegacyVersion, type Outcome, type Params } from "@hub/mcp";
import { ownIdentity } from "../own-identity.js";
import { gone } from "./json-rpc.js";
import { toPlain } from "./written-numbers.js";

/** What a server answered to `initialize`. */
export type ServerDescription = {
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  readonly serverInfo: { readonly name: string; readonly version: string; readonly title?: string };
  readonly instructions?: string;
};

/** Initializes a server in our own name. Rejects when it refuses, and when it does not answer in time. */
export async function greet(
  send: (method: string, params: Params) => Promise<Outcome>,
  capabilities: ClientCapabilities,
  withinMs: number,
): Promise<ServerDescription> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Outcome>((resolve) => {
    timer = setTimeout(
      () => resolve(gone(`it did not answer initialize in ${withinMs / 1_000} s`)),
      withinMs,
    );
  });
  const params = { protocolVersion: newestLegacyVersion, capabilities, clientInfo: ownIdentity };
  const outcome = await Promise.race([send("initialize", params), tooLate]);
  clearTimeout(timer);
  if (outcome.error !== undefined)
    throw new Error(`The MCP server did not initialize: ${outcome.error.message}`);
  return toPlain(outcome.result) as ServerDescription; // the server's word; fields are optional-checked where used
}
