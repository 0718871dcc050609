import type { JsonRpcRequest } from "../wire/json-rpc.js";
import type { LegacyLink } from "./legacy-link.js";
import { deaf } from "./tell.js";

/**
 * Tells a server the level and waits until it knows, so that the next call obeys it; not for one that
 * hangs, nor when nobody wants to know any more.
 */
export async function applyLogLevel(
  link: LegacyLink,
  logLevel: string | undefined,
  withinMs: number,
  unwanted?: AbortSignal,
): Promise<void> {
  if (logLevel === undefined || link.initialized.capabilities.logging === undefined) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      unwanted?.removeEventListener("abort", giveUp);
      resolve();
    };
    const giveUp = () => {
      asked.abort();
      done();
    };
    const timer = setTimeout(giveUp, withinMs);
    unwanted?.addEventListener("abort", giveUp, { once: true });
    const request: JsonRpcRequest = {
      jsonrpc: "2.0",
      id: "hub-level",
      method: "logging/setLevel",
      params: { level: logLevel },
    };
    const asked = link.request(request, { ...deaf, onEnd: done, onFailure: done });
  });
}
