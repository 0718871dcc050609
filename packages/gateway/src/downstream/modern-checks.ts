import type { IncomingHttpHeaders } from "node:http";
import { isJsonObject } from "@hub/core/json";
import {
  codes,
  decodeHeaderValue,
  isModernVersion,
  type JsonRpcError,
  type JsonRpcRequest,
  metaKeys,
  modernVersions,
} from "@hub/mcp";
import { namedBy } from "../upstream/modern.js";

export type Refusal = { readonly status: number; readonly error: JsonRpcError };

const mismatch = (message: string): Refusal => ({
  status: 400,
  error: { code: codes.headerMismatch, message: `Header mismatch: ${message}` },
});

function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value.trim() : undefined;
}

/**
 * What is wrong with a request of 2026-07-28 before anybody looks at what it asks for: its envelope, its
 * version, and headers that say otherwise than its body. Undefined when nothing is.
 */
export function checkModern(
  { method, params }: JsonRpcRequest,
  headers: IncomingHttpHeaders,
): Refusal | undefined {
  const meta = params?._meta ?? {};
  const version = meta[metaKeys.protocolVersion];
  const versionHeader = single(headers, "mcp-protocol-version");
  const envelope = envelopeProblem(meta);
  if (envelope !== undefined)
    return { status: 400, error: { code: codes.invalidParams, message: envelope } };
  if (versionHeader !== undefined && versionHeader !== version)
    return mismatch(
      `MCP-Protocol-Version is ${JSON.stringify(versionHeader.slice(0, 50))}, but the body says ${JSON.stringify(version)}`,
    );
  if (typeof version === "string" && !modernVersions.includes(version))
    return {
      status: 400,
      error: {
        code: codes.unsupportedVersion,
        message: `Unsupported protocol version: ${version.slice(0, 50)}`,
        data: { supported: modernVersions, requested: version.slice(0, 50) },
      },
    };
  if (versionHeader === undefined) return mismatch("MCP-Protocol-Version is missing");
  const methodHeader = single(headers, "mcp-method");
  if (methodHeader === undefined) return mismatch("Mcp-Method is missing");
  if (methodHeader !== method)
    return mismatch(
      `Mcp-Method is ${JSON.stringify(methodHeader.slice(0, 100))}, but the body says ${JSON.stringify(method.slice(0, 100))}`,
    );
  return nameMismatch(method, params, single(headers, "mcp-name"));
}

function nameMismatch(
  method: string,
  params: JsonRpcRequest["params"],
  header: string | undefined,
): Refusal | undefined {
  const isNamed =
    method === "tools/call" || method === "prompts/get" || method === "resources/read";
  if (!isNamed) return undefined;
  const named = namedBy(method, params);
  if (named === undefined)
    return {
      status: 400,
      error: {
        code: codes.invalidParams,
        message: `Expected params.${method === "resources/read" ? "uri" : "name"} to be a text`,
      },
    };
  if (header === undefined) return mismatch("Mcp-Name is missing");
  const decoded = decodeHeaderValue(header);
  if (decoded === undefined) return mismatch("Mcp-Name holds invalid characters");
  return decoded === named
    ? undefined
    : mismatch(
        `Mcp-Name is ${JSON.stringify(decoded.slice(0, 100))}, but the body says ${JSON.stringify(named.slice(0, 100))}`,
      );
}

function envelopeProblem(meta: Readonly<Record<string, unknown>>): string | undefined {
  const version = meta[metaKeys.protocolVersion];
  const capabilities = meta[metaKeys.clientCapabilities];
  if (typeof version !== "string")
    return `Expected params._meta["${metaKeys.protocolVersion}"] to be a protocol version`;
  // A version nobody knows is told what there is; its envelope may have other rules.
  if (!isModernVersion(version)) return undefined;
  if (!isJsonObject(capabilities))
    return `Expected params._meta["${metaKeys.clientCapabilities}"] to be an object`;
  return undefined;
}
