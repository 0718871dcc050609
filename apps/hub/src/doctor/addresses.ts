import { normaliseHubUrl } from "@hub/client";
import type { Environment } from "@hub/core/environment";
import type { AddressSource } from "./hub-problems.js";

export type WrittenAddress = { readonly source: AddressSource; readonly written: string };

/** The address of the hub as somebody wrote it, and where: what `hubAddress` reads it from. */
export function writtenAddress(
  option: string | undefined,
  environment: Environment,
): WrittenAddress {
  const { MCP_HUB_URL: url, MCP_HUB_PORT: port } = environment;
  if (option !== undefined) return { source: "--hub", written: option };
  const [first] = partsOf(url);
  if (first !== undefined) return { source: "MCP_HUB_URL", written: first };
  if (port !== undefined && port !== "")
    return { source: "MCP_HUB_PORT", written: `http://127.0.0.1:${port}` };
  return { source: "default", written: "http://127.0.0.1:8001" };
}

/** Other hubs that this environment names, and the usual one of this machine. Nothing is scanned. */
export function otherAddresses(asked: string, environment: Environment): readonly string[] {
  const { MCP_HUB_URL: url, MCP_HUB_PORT: port } = environment;
  const named = [
    ...partsOf(url),
    ...(port === undefined || port === "" ? [] : [`http://127.0.0.1:${port}`]),
    "http://127.0.0.1:8001",
  ];
  const bases = named.flatMap((one) => {
    try {
      return [normaliseHubUrl(one)];
    } catch {
      return [];
    }
  });
  return [...new Set(bases)].filter((base) => base !== asked);
}

const partsOf = (list: string | undefined) =>
  (list ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
