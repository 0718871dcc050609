import { isJsonObject } from "@hub/core/json";
import { speaksOfToken } from "@hub/mcp";
import { ProbeFault } from "./fault.js";
import { type Locked, lockIn } from "./read-capabilities.js";
import type { Connection } from "./wire.js";

/** No server has a tool of this name, so that to call it does nothing. */
const noTool = "mcp-hub-asks-whether-calls-are-let-in";
const method = "tools/call";

/**
 * Whether a server lets no call in without a token, by calling a tool that it does not have. One that wants a
 * token for some of its tools only says that it knows no such tool. `unknown`: it did not say.
 */
export async function callLockOf(
  { wire }: Connection,
  signal: AbortSignal,
): Promise<Locked | undefined | "unknown"> {
  try {
    const reply = await wire.request(method, { name: noTool, arguments: {} }, signal);
    if (reply.kind === "error") return reply.wantsToken === true ? { method } : undefined;
    const { isError, content } = reply.result;
    const [first] = Array.isArray(content) ? content : [];
    const said = isJsonObject(first) && typeof first.text === "string" ? first.text : "";
    return isError === true && speaksOfToken(said) ? { method } : undefined;
  } catch (error) {
    if (!(error instanceof ProbeFault)) throw error;
    return lockIn(method, error) ?? "unknown";
  }
}
