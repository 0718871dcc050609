import type { CapabilityKind, Entry, Now } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import type { ListKind } from "@hub/mcp";
import { between, type Pieces, piecesOf } from "../wire/pieces.js";
import { withoutAmbiguous } from "./ambiguous.js";
import { callablePart, mayCallWhole } from "./callable.js";
import { type Ambiguous, bytesOfOne, type Combined, type RewritesByServer } from "./combined.js";
import { hubTools, listedHubTools } from "./hub-tool-definitions.js";
import { partOf } from "./items.js";
import { frameOf } from "./list-result.js";
import { located, mergedRewrites } from "./located.js";
import { type MissingServer, missingServers } from "./missing.js";
import { olderKeepsName } from "./older-keeps.js";
import type { Part } from "./part.js";
import { type Selection, selects } from "./selection.js";
import { ShownList } from "./shown-list.js";
import { toolsetPart } from "./toolset-part.js";

/** Each changes whenever a client that asked for the list again would find another one. */
export type Digests = Readonly<Record<ListKind, string>>;

export type ViewSource = {
  readonly selection: Selection;
  /** In the order of their ids. */
  readonly entries: readonly Entry[];
  readonly present: ReadonlySet<string>;
  readonly now: Now;
  /** Told of what it has come to hold, in bytes, beside its servers and what it shares with other views. */
  readonly onGrowth: (bytes: number) => void;
};

const jsonOf = (tools: readonly JsonObject[]) =>
  Buffer.from(tools.map((tool) => `,${JSON.stringify(tool)}`).join(""));
const hubToolsJson = { search: jsonOf(hubTools), all: jsonOf(listedHubTools) } as const;

/**
 * What one selection of the catalogue looks like at one moment. What a server shows is shared by all views
 * that show it so, and what nobody asks for is not made.
 */
export class View {
  readonly selection: Selection;
  /** All that the selection means, shown or not. */
  readonly selected: readonly Entry[];
  /** Those of them that lists show. */
  readonly servers: readonly Entry[];
  readonly #source: ViewSource;
  readonly #lists = new Map<CapabilityKind, Combined & { readonly list: ShownList }>();
  readonly #answers = new Map<string, Pieces>();
  #work: number;
  #entries: ReadonlyMap<string, Entry> | undefined;
  #missing: readonly MissingServer[] | undefined;
  #rewrites: RewritesByServer | undefined;
  #complete: View | undefined;
  #wholeServers: readonly Entry[] | undefined;
  #digests: Digests | undefined;

  constructor(source: ViewSource) {
    const { selection, entries, present } = source;
    this.#source = source;
    this.selection = selection;
    this.selected = entries.filter((entry) => selects(selection, entry));
    this.servers = this.selected.filter(
      (entry) => present.has(entry.record.id) && entry.snapshot !== undefined,
    );
    this.#work = entries.length;
  }

  /** Steps it has taken so far to make this: servers and items looked at. */
  get work(): number {
    return this.#work;
  }

  /** Those of its servers whose prompts and resources may be used; with the others it is some tools alone. */
  get wholeServers(): readonly Entry[] {
    if (this.selection.policy === undefined) return this.servers;
    this.#wholeServers ??= this.servers.filter(({ record }) =>
      mayCallWhole(this.selection, record),
    );
    return this.#wholeServers;
  }

  /** One of its servers. */
  entry(serverId: string): Entry | undefined {
    this.#entries ??= new Map(this.servers.map((entry) => [entry.record.id, entry]));
    return this.#entries.get(serverId);
  }

  /**
   * The same selection with what those offered last that lists do not show any more: for calls by names that
   * clients still have. Itself when there are none.
   */
  get complete(): View {
    this.#complete ??= this.#completed();
    return this.#complete;
  }

  get tools(): ShownList {
    return this.#of("tools").list;
  }

  get prompts(): ShownList {
    return this.#of("prompts").list;
  }

  get resources(): ShownList {
    return this.#of("resources").list;
  }

  get templates(): ShownList {
    return this.#of("resourceTemplates").list;
  }

  /** Names of tools that two servers have here, so that neither is shown. */
  get ambiguousTools(): readonly Ambiguous[] {
    return this.#of("tools").ambiguous;
  }

  get rewrites(): RewritesByServer {
    this.#rewrites ??= mergedRewrites(
      this.#of("resources").rewrites,
      this.#of("resourceTemplates").rewrites,
    );
    return this.#rewrites;
  }

  /** The selected servers that cannot be asked now. */
  get missing(): readonly MissingServer[] {
    const { entries, present, now } = this.#source;
    this.#missing ??= missingServers(this.selection, entries, present, now);
    return this.#missing;
  }

  /**
   * The result of a list request, as JSON; `isModern` adds what 2026-07-28 requires. `isPrivate`: others may be
   * shown another one, so nobody must keep it for them. Default: it is not.
   */
  answer(kind: CapabilityKind, isModern: boolean, isPrivate = false): Pieces {
    const key = `${kind} ${isModern} ${isPrivate}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const { servers, missing } = this;
    const { ambiguous } = this.#of(kind);
    const { before, after } = frameOf(kind, {
      isModern,
      isPrivate: isPrivate || this.selection.policy !== undefined,
      servers,
      missing,
      ambiguous,
    });
    const answer = between(before, piecesOf(this.#definitions(kind)), after);
    this.#answers.set(key, answer);
    const own = before.length + after.length + answer.pieces.length * bytesOfOne;
    this.#source.onGrowth(own + missing.length * bytesOfOne);
    return answer;
  }

  get digests(): Digests {
    const { hubTools: offersOwn, mode } = this.selection;
    this.#digests ??= {
      tools: `${offersOwn} ${mode === "search" ? "" : this.tools.digest}`,
      prompts: this.prompts.digest,
      resources: `${this.resources.digest} ${this.templates.digest}`,
    };
    return this.#digests;
  }

  #completed(): View {
    const read = this.selected.filter(({ snapshot }) => snapshot !== undefined);
    if (read.length === this.servers.length) return this;
    return new View({ ...this.#source, present: new Set(read.map(({ record }) => record.id)) });
  }

  /** With commas between them. */
  #definitions(kind: CapabilityKind): readonly Buffer[] {
    const isTools = kind === "tools";
    const shown = isTools && this.selection.mode === "search" ? [] : this.#of(kind).list.json;
    const [first, ...others] =
      isTools && this.selection.hubTools ? [hubToolsJson[this.selection.mode], ...shown] : shown;
    return first === undefined ? [] : [first.subarray(1), ...others];
  }

  #of(kind: CapabilityKind): Combined & { readonly list: ShownList } {
    const known = this.#lists.get(kind);
    if (known !== undefined) return known;
    const combined =
      kind === "tools" || kind === "prompts" ? this.#named(kind) : located(this.wholeServers, kind);
    const made = { ...combined, list: new ShownList(combined.parts) };
    this.#lists.set(kind, made);
    this.#work += this.servers.length + combined.work;
    this.#source.onGrowth(combined.ownBytes);
    return made;
  }

  #named(kind: "tools" | "prompts"): Combined {
    const { prefix, toolset, policy } = this.selection;
    const isMarked = prefix === "always";
    const isPrompts = kind === "prompts";
    const wholes = (isPrompts ? this.wholeServers : this.servers).flatMap((entry) =>
      entry.snapshot === undefined
        ? []
        : {
            entry,
            part: partOf(entry.record.id, entry.snapshot, kind, isMarked ? "marked" : "own"),
          },
    );
    const isWhole = isPrompts || (toolset === undefined && policy === undefined);
    const shown = isWhole
      ? wholes.map(({ part }) => ({ part, ownBytes: 0 }))
      : wholes.map(({ entry, part }) => this.#narrowed(entry, part));
    // A toolset gives names of its own.
    const isHubsName = isMarked && (isPrompts || toolset === undefined);
    const apart = withoutAmbiguous(
      shown.map(({ part }) => part),
      isHubsName,
    );
    const combined = isHubsName ? olderKeepsName(this.servers, apart) : apart;
    if (isWhole) return combined;
    return {
      ...combined,
      work: wholes.reduce((sum, { part }) => sum + part.all.length, combined.work),
      ownBytes: shown.reduce((sum, { ownBytes }) => sum + ownBytes, combined.ownBytes),
    };
  }

  /** What of a server's tools may be called, as the toolset shows it. */
  #narrowed(entry: Entry, whole: Part) {
    const { toolset } = this.selection;
    const callable = callablePart(this.selection, entry, whole);
    if (toolset === undefined) return callable;
    const { part, ownBytes } = toolsetPart(toolset, callable.part);
    return { part, ownBytes: callable.ownBytes + ownBytes };
  }
}
