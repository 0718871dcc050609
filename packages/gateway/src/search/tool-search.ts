import type { CapabilityItem } from "@hub/core";
import { bestOf } from "./best-of.js";
import { type SearchableServer, textsAbout } from "./searchable-text.js";
import { TextIndex } from "./text-index.js";
import type { ToolMatch } from "./tool-match.js";
import { tunedWeights, type Weights } from "./weights.js";
import { wordShare } from "./word-share.js";

export type ToolSearchOptions = {
  readonly weights?: Weights;
  /** Words of tools that the index holds of one server, and of all. Default: all there are. */
  readonly mostOfServer?: number;
  readonly mostOfAll?: number;
  /** Told when words of a server are left out, and because of which of both. */
  readonly onLeftOut?: (because: "server" | "all", serverId: string) => void;
};

/** What is in the index of one server. */
type Indexed = {
  readonly server: SearchableServer;
  readonly ids: number[];
  words: number;
  /** Words it was allowed, and whether these were all it has. */
  readonly allowed: number;
  isWhole: boolean;
};

/** Words that the name of a tool has at most, as a rule, with what they mean. */
const wordsOfName = 12;
/** Steps of the work: one for so many characters, and for each tool beside. */
const charactersOfStep = 8;
const stepsOfTool = 50;

/** Ranked full-text search over the tools of many servers: no model and no service, only an index. */
export class ToolSearch {
  readonly #index: TextIndex;
  readonly #mostOfServer: number;
  readonly #mostOfAll: number;
  readonly #onLeftOut: NonNullable<ToolSearchOptions["onLeftOut"]>;
  readonly #tools = new Map<number, { readonly serverId: string; readonly tool: CapabilityItem }>();
  readonly #indexed = new Map<string, Indexed>();
  /** What is to be searched. */
  #wanted: ReadonlyMap<string, SearchableServer> = new Map();
  /** Servers whose part of the index is to be made anew or to go. */
  readonly #pending = new Set<string>();
  /** Words that each server may have now. */
  #share: number;
  #words = 0;
  #nextId = 0;

  constructor(options: ToolSearchOptions = {}) {
    this.#index = new TextIndex(options.weights ?? tunedWeights);
    this.#mostOfAll = options.mostOfAll ?? Number.MAX_SAFE_INTEGER;
    this.#mostOfServer = Math.min(options.mostOfServer ?? this.#mostOfAll, this.#mostOfAll);
    this.#share = this.#mostOfServer;
    this.#onLeftOut = options.onLeftOut ?? (() => {});
  }

  /** Words in the index: each once for every tool that has it. */
  get words(): number {
    return this.#words;
  }

  /** The server that has most words in the index. */
  get largest(): { readonly serverId: string; readonly words: number } | undefined {
    let largest: { readonly serverId: string; readonly words: number } | undefined;
    for (const [serverId, { words }] of this.#indexed)
      if (largest === undefined || words > largest.words) largest = { serverId, words };
    return largest;
  }

  /** Makes these the servers that are searched, at once. Those that did not change cost nothing. */
  follow(servers: Iterable<SearchableServer>): void {
    this.want(servers);
    for (const _ of this.work());
  }

  /** Makes these the servers that are searched as soon as `work` has been done. */
  want(servers: Iterable<SearchableServer>): void {
    const wanted = new Map<string, SearchableServer>();
    for (const server of servers) wanted.set(server.id, server);
    this.#wanted = wanted;
    for (const [id, server] of wanted)
      if (!isSame(this.#indexed.get(id)?.server, server)) this.#pending.add(id);
    for (const id of this.#indexed.keys()) if (!wanted.has(id)) this.#pending.add(id);
  }

  /** Brings the index up to date, tool by tool; yields the steps that each took. */
  *work(): Generator<number, void> {
    for (const id of this.#pending) {
      this.#pending.delete(id);
      yield* this.#drop(id);
      const server = this.#wanted.get(id);
      if (server !== undefined) yield* this.#add(server);
      this.#shareOut();
      const made = this.#indexed.get(id);
      if (made !== undefined && !made.isWhole && !this.#pending.has(id))
        this.#onLeftOut(made.allowed === this.#mostOfServer ? "server" : "all", id);
    }
  }

  /**
   * The best first; equals in the order of server and name. `onUnmatched` is told the words of the query that
   * no tool has of all that are found, or anything that may stand for them.
   */
  search(
    query: string,
    limit: number,
    accepts: (serverId: string, toolName: string) => boolean = () => true,
    onUnmatched?: (words: readonly string[]) => void,
  ): ToolMatch[] {
    const found: ToolMatch[] = [];
    const ids = new Set<number>();
    const { scores, unmatchedIn } = this.#index.search(query, this.#accepting(accepts));
    for (const [id, score] of scores) {
      const one = this.#tools.get(id);
      if (one === undefined) continue;
      ids.add(id);
      found.push({ ...one, score: Math.round(score * 1e6) / 1e6 });
    }
    onUnmatched?.(unmatchedIn(ids));
    return bestOf(found, limit);
  }

  /** Asks once for each tool, however many words it has. */
  #accepting(accepts: (serverId: string, toolName: string) => boolean): (id: number) => boolean {
    const known = new Map<number, boolean>();
    return (id) => {
      const before = known.get(id);
      if (before !== undefined) return before;
      const one = this.#tools.get(id);
      const isAccepted = one !== undefined && accepts(one.serverId, one.tool.key);
      known.set(id, isAccepted);
      return isAccepted;
    };
  }

  *#add(server: SearchableServer): Generator<number, void> {
    const room = this.#mostOfAll - this.#words;
    const allowed = Math.max(0, Math.min(this.#share, room));
    const indexed: Indexed = { server, ids: [], words: 0, allowed, isWhole: true };
    this.#indexed.set(server.id, indexed);
    for (const [at, tool] of server.tools.entries()) {
      const id = this.#nextId++;
      const texts = textsAbout(server, tool);
      const taken = this.#index.add(id, texts, {
        words: allowed - indexed.words,
        reserved: (server.tools.length - at - 1) * wordsOfName,
      });
      this.#tools.set(id, { serverId: server.id, tool });
      indexed.ids.push(id);
      indexed.words += taken.words;
      indexed.isWhole &&= taken.isWhole;
      this.#words += taken.words;
      const characters = Object.values(texts).reduce((sum, text) => sum + text.length, 0);
      yield stepsOfTool + Math.ceil(characters / charactersOfStep);
    }
  }

  /** What each server may have depends on what all offer: who has more than that now, or could have more, is made anew. */
  #shareOut(): void {
    const all = [...this.#indexed];
    // Of what was cut nobody has counted the rest.
    const offered = (one: Indexed) => (one.isWhole ? one.words : this.#mostOfServer);
    const share = wordShare(
      all.map(([, one]) => offered(one)),
      this.#mostOfAll,
      this.#mostOfServer,
    );
    this.#share = share;
    const differences = all
      .map(([id, one]) => ({
        id,
        by: Math.min(offered(one), share) - Math.min(offered(one), one.allowed),
      }))
      .filter(({ by }) => by !== 0);
    // Those that give way first.
    for (const { id } of differences.sort((a, b) => a.by - b.by)) this.#pending.add(id);
  }

  *#drop(serverId: string): Generator<number, void> {
    const indexed = this.#indexed.get(serverId);
    if (indexed === undefined) return;
    for (let id = indexed.ids.pop(); id !== undefined; id = indexed.ids.pop()) {
      this.#tools.delete(id);
      const words = this.#index.remove(id);
      indexed.words -= words;
      this.#words -= words;
      yield stepsOfTool + words;
    }
    this.#indexed.delete(serverId);
  }
}

function isSame(one: SearchableServer | undefined, other: SearchableServer): boolean {
  return (
    one?.snapshotHash === other.snapshotHash &&
    one.name === other.name &&
    one.title === other.title &&
    one.description === other.description &&
    JSON.stringify(one.tags) === JSON.stringify(other.tags)
  );
}
