import type { BudgetBook, Entry, Toolset } from "@hub/core";
import type { Policy } from "@hub/core/access";
import { settingOf } from "@hub/core/limits";
import type { HubEndpoint } from "../hub-endpoint.js";
import { mayCallSome } from "./callable.js";
import {
  aloneSelection,
  hiddenIn,
  parseSelection,
  type Selection,
  type SelectionProblem,
  toolsetSelection,
} from "./selection.js";

/** What a request is about, or why that does not exist. */
export type Selected =
  | {
      readonly selection: Selection;
      /** For the endpoint of one server. */
      readonly entry?: Entry;
    }
  | { readonly status: number; readonly refusal: string };

export type SelectionsOptions = {
  readonly budgets: BudgetBook;
  readonly server: (id: string) => Entry | undefined;
  readonly toolset: (id: string) => Toolset | undefined;
};

const mostKept = 1_000;
/** Longer queries are read each time, so that what is kept is small. */
const longestKept = 1_000;

/** Finds what an endpoint shows. Clients send the same few queries again and again, so they are kept. */
export class Selections {
  readonly #options: SelectionsOptions;
  readonly #parsed = new Map<string, Selection | SelectionProblem>();
  readonly #alone = new Map<string, Selection>();

  constructor(options: SelectionsOptions) {
    this.#options = options;
  }

  /**
   * What an endpoint shows, to those who may call all of it: see `narrowedTo`. `isFromHub`: another hub asks, and
   * is shown only what registered here directly. A server of which nothing may be called is not there.
   */
  of(endpoint: HubEndpoint, query: string, isFromHub: boolean, policy: Policy): Selected {
    if (endpoint.kind === "server") {
      const entry = this.#options.server(endpoint.id);
      if (entry === undefined || !isCallable(entry, policy))
        return missing("server", endpoint.id, "/servers");
      const selection = kept(this.#alone, endpoint.id, () => aloneSelection(endpoint.id));
      return { selection, entry };
    }
    if (endpoint.kind === "toolset") {
      const toolset = this.#options.toolset(endpoint.id);
      if (toolset === undefined) return missing("toolset", endpoint.id, "/toolsets");
      const hidden = hiddenIn(query);
      return typeof hidden === "boolean"
        ? { selection: toolsetSelection(toolset, isFromHub, hidden) }
        : { status: 400, refusal: hidden.problem };
    }
    const parsed =
      query.length > longestKept
        ? this.#parse(query, isFromHub)
        : kept(this.#parsed, isFromHub ? `${query} hub` : query, () =>
            this.#parse(query, isFromHub),
          );
    return "problem" in parsed ? { status: 400, refusal: parsed.problem } : { selection: parsed };
  }

  #parse(query: string, isFromHub: boolean): Selection | SelectionProblem {
    const parsed = parseSelection(new URLSearchParams(query), isFromHub);
    if ("problem" in parsed) return parsed;
    const names = (parsed.servers?.size ?? 0) + (parsed.tags?.size ?? 0);
    const most = this.#options.budgets.limit("selectionNames");
    if (names <= most) return parsed;
    this.#options.budgets.refused("selectionNames");
    return {
      problem: `Expected ?servers= and ?tags= to name at most ${most}, got ${names}. Save a toolset, or raise ${settingOf("selectionNames")}.`,
    };
  }
}

function isCallable({ record }: Entry, policy: Policy): boolean {
  return policy.mayWithAll("call") || mayCallSome({ policy }, record);
}

function missing(what: string, id: string, list: string): Selected {
  return {
    status: 404,
    refusal: `No ${what} has the id "${id}". GET ${list} lists those that exist.`,
  };
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (key.length > longestKept) return made;
  if (map.size >= mostKept) map.clear();
  map.set(key, made);
  return made;
}
