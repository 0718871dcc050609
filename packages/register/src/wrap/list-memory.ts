import { changedLists, type ListKind, type Outcome, type Params } from "@hub/mcp";

const kindByMethod: Readonly<Record<string, ListKind>> = {
  "tools/list": "tools",
  "resources/list": "resources",
  "resources/templates/list": "resources",
  "prompts/list": "prompts",
};

/** All lists of 44 real servers together are a quarter of this; more is not kept. Characters of JSON. */
const mostKept = 16 * 1024 * 1024;

/** Whether a request only lists: it leaves nothing in a server that another client could find. */
export function isListing(method: string): boolean {
  return method in kindByMethod;
}

type Kept = { readonly outcome: Outcome; readonly size: number };

/** What a server listed last, to answer with while no process of it runs. */
export class ListMemory {
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  keep(method: string, params: Params | undefined, outcome: Outcome): void {
    const key = keyOf(method, params);
    if (key === undefined || outcome.error !== undefined) return;
    this.#drop(key);
    const size = JSON.stringify(outcome).length;
    if (this.#size + size > mostKept) return;
    this.#kept.set(key, { outcome, size });
    this.#size += size;
  }

  recall(method: string, params: Params | undefined): Outcome | undefined {
    const key = keyOf(method, params);
    return key === undefined ? undefined : this.#kept.get(key)?.outcome;
  }

  /** A list changed: what was kept of its kind is no longer true. */
  forget(notification: string): void {
    const changed = changedLists(notification);
    for (const [method, kind] of Object.entries(kindByMethod)) {
      if (kind !== changed) continue;
      for (const key of [...this.#kept.keys()]) if (key.startsWith(`${method} `)) this.#drop(key);
    }
  }

  #drop(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}

/** Nothing but the page may be asked for: of anything else nobody knows what it means. */
function keyOf(method: string, params: Params = {}): string | undefined {
  if (!isListing(method)) return undefined;
  const { _meta, cursor, ...others } = params;
  if (Object.keys(others).length > 0) return undefined;
  return `${method} ${JSON.stringify(cursor) ?? ""}`;
}
