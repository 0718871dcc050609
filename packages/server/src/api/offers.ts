import { type CapabilityItem, type CapabilityKind, capabilityKinds, type Entry } from "@hub/core";
import { z } from "zod";
import type { HubApp } from "./context.js";
import { longestCursor, readCursor, writeCursor } from "./cursor.js";
import { itemPlace, itemsBehind, placeOf } from "./item-order.js";
import { document, serverIdParams } from "./openapi.js";
import type { Paging } from "./paging.js";
import { readQuery } from "./query.js";
import { SharedAnswers } from "./shared-answers.js";

export const definitionView = z
  .record(z.string(), z.unknown())
  .describe("Exactly as the server described it.");

const mostItems = 1_000_000;

const query = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(mostItems)
    .default(mostItems)
    .describe("Items in one page. Default: as many as fit into one answer, which is all of most."),
  cursor: z.string().max(longestCursor).optional().describe("`nextCursor` of the page before."),
});

const kindsByPath = {
  tools: ["tools"],
  resources: ["resources", "resourceTemplates"],
  prompts: ["prompts"],
} as const satisfies Readonly<Record<string, readonly CapabilityKind[]>>;

type Placed = { readonly kind: CapabilityKind; readonly item: CapabilityItem };

/** What an item takes besides its definition: its key and hash, and what keeps them apart. */
const frameBytes = 80;

/** `GET /servers/{id}/tools`, `/resources` and `/prompts`: the snapshot of one server. */
export function addOfferRoutes(app: HubApp, find: (id: string) => Entry, paging: Paging): void {
  const shared = new SharedAnswers();
  for (const [path, kinds] of Object.entries(kindsByPath)) {
    document(app, {
      method: "get",
      path: `/servers/{id}/${path}`,
      tag: "Catalogue",
      summary: `The ${path} of a server, from the last snapshot`,
      params: serverIdParams,
      query,
      responses: {
        200: {
          description:
            "The list is empty, with `snapshot: null`, until the hub has read it. When the list does not fit into one answer, `nextCursor` leads to the rest.",
          content: {
            "application/json": z.object({
              snapshot: z.union([z.object({ hash: z.string() }), z.null()]),
              ...Object.fromEntries(kinds.map((kind) => [kind, z.array(definitionView)])),
              hashes: z.record(z.string(), z.string()).describe("By name or URI."),
              nextCursor: z.string().optional(),
            }),
          },
        },
      },
      errors: ["SERVER_NOT_FOUND", "INVALID_REQUEST"],
    });
    app.get(`/servers/:id/${path}`, (context) => {
      const { snapshot } = find(context.req.param("id"));
      const { limit, cursor } = readQuery(context, query);
      const page = () => {
        const { items, hasMore } = paging.first(
          placesIn(snapshot, kinds, cursor),
          limit,
          ({ item }) => item.bytes + Buffer.byteLength(item.key) + frameBytes,
        );
        const last = items.at(-1);
        const definitions = (kind: CapabilityKind) =>
          items.flatMap((one) => (one.kind === kind ? [one.item.definition] : []));
        return {
          snapshot: snapshot === undefined ? null : { hash: snapshot.hash },
          ...Object.fromEntries(kinds.map((kind) => [kind, definitions(kind)])),
          hashes: Object.fromEntries(items.map(({ item: { key, hash } }) => [key, hash])),
          ...(hasMore && last !== undefined
            ? { nextCursor: writeCursor([last.kind, placeOf(last.item)]) }
            : {}),
        };
      };
      const isWhole = cursor === undefined && limit === mostItems;
      return snapshot !== undefined && isWhole
        ? shared.json(context, snapshot, path, page)
        : context.json(page());
    });
  }
}

const place = z.tuple([z.enum(capabilityKinds), itemPlace]);

/** The items of some kinds in their order, from behind a place. */
function* placesIn(
  snapshot: Entry["snapshot"],
  kinds: readonly CapabilityKind[],
  cursor: string | undefined,
): Generator<Placed> {
  const [afterKind, after] =
    cursor === undefined ? [undefined, undefined] : readCursor(cursor, place);
  const first = afterKind === undefined ? 0 : kinds.indexOf(afterKind);
  for (const kind of kinds.slice(Math.max(0, first)))
    for (const item of itemsBehind(snapshot?.[kind] ?? [], kind === afterKind ? after : undefined))
      yield { kind, item };
}
