import type { JsonRpcRequest } from "../wire/json-rpc.js";
import { deaf, type LegacyLink } from "./legacy-link.js";

/** Tells a server the level and waits until it knows, so that the next call obeys it. */
export async function applyLogLevel(
  link: LegacyLink,
  logLevel: string | undefined,
  withinMs: number,
): Promise<void> {
  if (logLevel === undefined || link.initialized.capabilities.logging === undefined) return;
  await new Promise<void>((resolve) => {
    const giveUp = setTimeout(() => {
      asked.abort();
      resolve();
    }, withinMs);
    const done = () => {
      clearTimeout(giveUp);
      resolve();
    };
    const request: JsonRpcRequest = {
      jsonrpc: "2.0",
      id: "hub-level",
      method: "logging/setLevel",
      params: { level: logLevel },
    };
    const asked = link.request(request, { ...deaf, onEnd: done, onFailure: done });
  });
}
