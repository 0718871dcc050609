import { createHash } from "node:crypto";
import {
  type Entry,
  HubError,
  type Registry,
  type ServerList,
  type ServerSummary,
  serverStatusView,
} from "@hub/core";
import { z } from "zod";
import { instant, serverSummary } from "./views.js";

export const listQuery = z.strictObject({
  q: z
    .string()
    .max(200)
    .optional()
    .describe(
      "Words that must all occur in the name, description, tags, owner, endpoint or tool names.",
    ),
  tag: z.array(z.string()).optional().describe("Servers that have all of these tags."),
  status: z.array(serverStatusView).optional().describe("Servers in one of these states."),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe("Servers in one page. Default: all."),
  cursor: z
    .string()
    .max(2_000)
    .optional()
    .describe("`nextCursor` of the page before; it carries the filters too."),
});

export type ListQuery = z.output<typeof listQuery>;

const cursorSchema = z.strictObject({
  after: z.string(),
  limit: z.number().int().min(1).max(1_000).optional(),
  q: z.string().optional(),
  tag: z.array(z.string()).optional(),
  status: z.array(serverStatusView).optional(),
});

/** A list as it goes out. */
export type Listing = { readonly bytes: Uint8Array<ArrayBuffer>; readonly etag: string };

/** Lists from memory: the one without parameters is kept as ready bytes until something in it changes. */
export class ServerLists {
  readonly #registry: Registry;
  readonly #summaries = new WeakMap<Entry, ServerSummary>();
  readonly #searchable = new WeakMap<Entry, string>();
  #all:
    | { readonly version: number; readonly isProtected: boolean; readonly listing: Listing }
    | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  all(): Listing {
    const { version, protection } = this.#registry;
    if (this.#all?.version !== version || this.#all.isProtected !== protection.isActive) {
      this.#all = {
        version,
        isProtected: protection.isActive,
        listing: this.#listing({ servers: [...this.summaries()] }),
      };
    }
    return this.#all.listing;
  }

  summaries(): readonly ServerSummary[] {
    return this.#registry.list().map((entry) => this.#summary(entry));
  }

  /** One page. Paging is by key, so that what comes and goes between two pages loses nobody. */
  page(query: ListQuery): Listing {
    const {
      after,
      limit: limitBefore,
      ...filter
    } = query.cursor === undefined ? firstPage(query) : readCursor(query.cursor);
    const limit = query.limit ?? limitBefore ?? Number.POSITIVE_INFINITY;
    const servers: ServerSummary[] = [];
    let hasMore = false;
    for (const entry of this.#registry.list()) {
      if (after !== undefined && entry.record.id <= after) continue;
      if (!this.#matches(entry, filter)) continue;
      if (servers.length === limit) {
        hasMore = true;
        break;
      }
      servers.push(this.#summary(entry));
    }
    const last = servers.at(-1);
    const nextCursor =
      hasMore && last !== undefined ? writeCursor({ after: last.id, limit, ...filter }) : undefined;
    return this.#listing({ servers, ...(nextCursor === undefined ? {} : { nextCursor }) });
  }

  #listing(list: ServerList): Listing {
    const { isActive, since } = this.#registry.protection;
    const protection =
      isActive && since !== undefined
        ? {
            since: instant(since),
            reason:
              "Most servers fell silent at once, so the hub suspects itself or the network and takes none down for now.",
          }
        : undefined;
    const json = JSON.stringify(protection === undefined ? list : { ...list, protection });
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

  #matches(entry: Entry, filter: Pick<ListQuery, "q" | "tag" | "status">): boolean {
    if (filter.status !== undefined && !filter.status.includes(this.#summary(entry).status))
      return false;
    if (
      filter.tag !== undefined &&
      !filter.tag.every((tag) => entry.record.profile.tags?.includes(tag) === true)
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

const fold = (text: string) => text.normalize("NFKC").toLowerCase();

function searchableText({ record, snapshot }: Entry): string {
  const { title, description, owner, tags } = record.profile;
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

function firstPage({ limit, q, tag, status }: ListQuery) {
  return { after: undefined, limit, q, tag, status };
}

function writeCursor(cursor: z.input<typeof cursorSchema>): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function readCursor(text: string): z.output<typeof cursorSchema> {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw new HubError(
      "INVALID_REQUEST",
      "The cursor is not one that the hub gave out. Begin again without it.",
    );
  }
}
