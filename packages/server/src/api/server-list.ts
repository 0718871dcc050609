import { createHash } from "node:crypto";
import { listServers, type ServerList, type ServerSummary, type ServersQuery } from "@hub/api";
import { type Entry, type EntryRecord, HubError } from "@hub/core";
import { admissionStateOf, type SeenServers } from "@hub/core/access";
import { isHidden, shownProfile } from "@hub/core/shown";
import { z } from "zod";
import { readCursor, writeCursor } from "./cursor.js";
import type { Paging } from "./paging.js";
import { type ProtectionSource, protectionOf } from "./protection.js";
import { serverSummary } from "./views.js";

const filterSchema = listServers.query.pick({
  q: true,
  tag: true,
  status: true,
  hidden: true,
  admission: true,
});

type Filter = z.output<typeof filterSchema>;

const cursorSchema = z.strictObject({
  after: z.string(),
  limit: z.number().int().min(1).max(1_000).optional(),
  /** The filters, or the hash of long ones. */
  filter: z.union([filterSchema, z.string()]),
});

/** Where a page begins, and what it is a page of. */
type PlaceInList = {
  readonly after?: string;
  readonly limit?: number | undefined;
  readonly filter: Filter;
};

/** In bytes of JSON; longer filters are not repeated in the cursor. */
const longestFilter = 1_000;

type WrittenSummary = { readonly summary: ServerSummary; readonly text: string };
type PageOfServers = {
  readonly items: readonly WrittenSummary[];
  readonly nextCursor: string | undefined;
};

/** A list as it goes out. */
export type Listing = { readonly bytes: Uint8Array<ArrayBuffer>; readonly etag: string };

type KeptListing = {
  readonly version: number;
  readonly protectedSince: string | undefined;
  readonly listing: Listing;
};

/**
 * Lists from memory, of what whoever asks sees. The one without parameters is kept as ready bytes until something
 * in it changes, once for all who see the same.
 */
export class ServerLists {
  readonly #source: ProtectionSource;
  readonly #summaries = new WeakMap<Entry, ServerSummary>();
  readonly #searchable = new WeakMap<Entry, string>();
  readonly #paging: Paging;
  readonly #whole = new WeakMap<SeenServers, KeptListing>();

  constructor(source: ProtectionSource, paging: Paging) {
    this.#source = source;
    this.#paging = paging;
  }

  all(seen: SeenServers): Listing {
    const { version } = seen;
    const protectedSince = protectionOf(this.#source)?.since;
    const kept = this.#whole.get(seen);
    if (kept?.version === version && kept.protectedSince === protectedSince) return kept.listing;
    const listing = this.#listing(this.#page(seen, { filter: {} }));
    this.#whole.set(seen, { version, protectedSince, listing });
    return listing;
  }

  /** All servers, or as many as one answer holds. */
  first(seen: SeenServers): ServerList {
    const { items, nextCursor } = this.#page(seen, { filter: {} });
    const servers = items.map(({ summary }) => summary);
    return { servers, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** One page. Paging is by key, so that no server is lost when others come or go between two pages. */
  page(query: ServersQuery, seen: SeenServers): Listing {
    const { cursor, limit, ...filter } = query;
    if (cursor === undefined) return this.#listing(this.#page(seen, { limit, filter }));
    const before = readCursor(cursor, cursorSchema);
    return this.#listing(
      this.#page(seen, {
        after: before.after,
        limit: limit ?? before.limit,
        filter:
          typeof before.filter === "string" ? sameFilter(filter, before.filter) : before.filter,
      }),
    );
  }

  #page(seen: SeenServers, { after, limit, filter }: PlaceInList): PageOfServers {
    const { items, hasMore } = this.#paging.first(
      this.#matching(seen, after, filter),
      limit ?? Number.POSITIVE_INFINITY,
      ({ text }) => Buffer.byteLength(text) + 1,
    );
    const last = items.at(-1);
    const nextCursor =
      hasMore && last !== undefined
        ? writeCursor({ after: last.summary.id, limit, filter: shortened(filter) })
        : undefined;
    return { items, nextCursor };
  }

  *#matching(
    seen: SeenServers,
    after: string | undefined,
    filter: Filter,
  ): Generator<WrittenSummary> {
    for (const entry of seen.list()) {
      if (after !== undefined && entry.record.id <= after) continue;
      if (!isAsked(entry.record, filter) || !this.#matches(entry, filter)) continue;
      const summary = this.#summary(entry);
      yield { summary, text: JSON.stringify(summary) };
    }
  }

  #listing({ items, nextCursor }: PageOfServers): Listing {
    const protection = protectionOf(this.#source);
    const rest = JSON.stringify({ nextCursor, protection }).slice(1);
    const list = items.map(({ text }) => text).join();
    const json = `{"servers":[${list}]${rest === "}" ? "" : ","}${rest}`;
    const bytes = new TextEncoder().encode(json);
    return { bytes, etag: `"${createHash("sha1").update(bytes).digest("base64url")}"` };
  }

  #summary(entry: Entry): ServerSummary {
    const known = this.#summaries.get(entry);
    if (known !== undefined) return known;
    const summary = serverSummary(entry);
    this.#summaries.set(entry, summary);
    return summary;
  }

  #matches(entry: Entry, filter: Filter): boolean {
    if (filter.hidden !== "true" && isHidden(entry.record)) return false;
    if (filter.status !== undefined && !filter.status.includes(this.#summary(entry).status))
      return false;
    if (
      filter.tag !== undefined &&
      !filter.tag.every((tag) => shownProfile(entry.record).tags?.includes(tag) === true)
    )
      return false;
    if (filter.q === undefined) return true;
    const text = this.#searchable.get(entry) ?? searchableText(entry);
    this.#searchable.set(entry, text);
    const words = fold(filter.q)
      .split(/\s+/)
      .filter((word) => word !== "");
    return words.every((word) => text.includes(word));
  }
}

/** Whether what was decided of a server is what was asked for. */
function isAsked(record: EntryRecord, { admission = ["admitted"] }: Filter): boolean {
  return admission.includes(admissionStateOf(record));
}

const jsonOf = ({ q, tag, status, hidden, admission }: Filter) =>
  JSON.stringify({ q, tag, status, hidden, admission });

function hashOf(filter: Filter): string {
  return createHash("sha256").update(jsonOf(filter)).digest("base64url");
}

/** Filters as a cursor says them. */
function shortened(filter: Filter): Filter | string {
  return Buffer.byteLength(jsonOf(filter)) <= longestFilter ? filter : hashOf(filter);
}

/** Throws INVALID_REQUEST when these are not the filters of the page before. */
function sameFilter(filter: Filter, hash: string): Filter {
  if (hashOf(filter) === hash) return filter;
  throw new HubError(
    "INVALID_REQUEST",
    "The filters are too long to be part of this cursor. Send the filters of the page before along with it.",
  );
}

const fold = (text: string) => text.normalize("NFKC").toLowerCase();

function searchableText({ record, snapshot }: Entry): string {
  const { title, description, owner, tags } = shownProfile(record);
  const endpoints = record.instances.map((instance) => instance.endpoint);
  const tools = (snapshot?.tools ?? []).map((tool) => tool.key);
  return fold(
    [
      record.id,
      record.name,
      title,
      description,
      owner,
      ...(tags ?? []),
      ...endpoints,
      ...tools,
    ].join("\n"),
  );
}
