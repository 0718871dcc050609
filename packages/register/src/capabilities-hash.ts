import { createHash } from "node:crypto";
import { changedLists } from "@hub/mcp";
import type { Upstream } from "./wrap/upstream.js";
import { writeJson } from "./wrap/written-numbers.js";

const lists = [
  ["tools", "tools/list", "tools"],
  ["resources", "resources/list", "resources"],
  ["resources", "resources/templates/list", "resourceTemplates"],
  ["prompts", "prompts/list", "prompts"],
] as const;

const maxPages = 64;

/** An opaque hash over everything a server lists. Changes when a list changes. */
async function hashCapabilities(upstream: Upstream): Promise<string> {
  const { capabilities } = await upstream.describe();
  const hash = createHash("sha256");
  for (const [capability, method, field] of lists) {
    if (capabilities[capability] === undefined) continue;
    let cursor: unknown;
    for (let page = 0; page < maxPages; page += 1) {
      const outcome = await upstream.request(method, cursor === undefined ? {} : { cursor });
      if (outcome.result === undefined) break;
      hash.update(`${method}\n${writeJson(outcome.result[field])}\n`);
      cursor = outcome.result.nextCursor;
      if (cursor === undefined) break;
    }
  }
  return hash.digest("hex").slice(0, 32);
}

/** Keeps the hash up to date from change notices. `current()` is `undefined` until the first reading. */
export function watchCapabilities(upstream: Upstream): {
  current(): string | undefined;
  stop(): void;
} {
  let current: string | undefined;
  let isReading = false;
  let isStale = false;
  const read = async () => {
    isStale = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isStale) {
        isStale = false;
        const letGo = upstream.hold();
        current = await hashCapabilities(upstream).finally(letGo);
      }
    } catch {
      // The server is away; its return is a change notice of its own.
    } finally {
      isReading = false;
    }
  };
  void read();
  const stop = upstream.subscribers.watch(({ method }) => {
    if (changedLists(method) !== undefined) void read();
  });
  return { current: () => current, stop };
}
