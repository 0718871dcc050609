import {
  encodeHeaderValue,
  type HeaderParameter,
  headerParameters,
  headersForArguments,
  type JsonRpcRequest,
  memberAt,
  metaKeys,
} from "@hub/mcp";
import { memberOf } from "./member-of.js";

/** Tools whose arguments travel in headers; more are not kept. */
const mostTools = 10_000;

/** The headers of 2026-07-28, which a client on stdio leaves out and HTTP needs. */
export class ModernHeaders {
  readonly #parameters = new Map<string, readonly HeaderParameter[]>();

  /** The headers of a request, made from its body. `written`: the body as text. */
  of({ method, params }: JsonRpcRequest, written: string): Readonly<Record<string, string>> {
    const version = params?._meta?.[metaKeys.protocolVersion];
    const named = method === "resources/read" ? params?.uri : params?.name;
    const isNamed =
      method === "tools/call" || method === "prompts/get" || method === "resources/read";
    const parameters =
      method === "tools/call" && typeof named === "string"
        ? this.#parameters.get(named)
        : undefined;
    return {
      ...(typeof version === "string" ? { "mcp-protocol-version": version } : {}),
      "mcp-method": encodeHeaderValue(method),
      ...(isNamed && typeof named === "string" ? { "mcp-name": encodeHeaderValue(named) } : {}),
      ...(parameters === undefined
        ? {}
        : headersForArguments(
            parameters,
            params?.arguments,
            memberAt(written, ["params", "arguments"]),
          )),
    };
  }

  /** Learns from the answer to `tools/list` which arguments travel in headers. */
  learn(answer: string): void {
    // Most tools have none, and parsing thousands of definitions costs time.
    if (!answer.includes("x-mcp-header")) return;
    const tools = memberOf(memberOf(JSON.parse(answer), "result"), "tools");
    if (!Array.isArray(tools)) return;
    for (const tool of tools) {
      const name = memberOf(tool, "name");
      const parameters = headerParameters(memberOf(tool, "inputSchema"));
      if (typeof name !== "string" || parameters === undefined) continue;
      if (parameters.length === 0) this.#parameters.delete(name);
      else if (this.#parameters.size < mostTools) this.#parameters.set(name, parameters);
    }
  }
}
