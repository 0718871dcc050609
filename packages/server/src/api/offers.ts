import {
  listServerPrompts,
  listServerResources,
  listServerTools,
  mostItems,
  type QueryOf,
  type ServerPrompts,
  type ServerResources,
  type ServerTools,
} from "@hub/api";
import { type CapabilityItem, type CapabilityKind, capabilityKinds, type Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { JsonObject } from "@hub/core/json";
import type { Context } from "hono";
import { z } from "zod";
import { readCursor, writeCursor } from "./cursor.js";
import type { AppEnv, HubApp } from "./hono.js";
import { itemPlace, itemsBehind, placeOf } from "./item-order.js";
import type { Paging } from "./paging.js";
import { serve } from "./serve.js";
import { SharedAnswers } from "./shared-answers.js";

type Query = QueryOf<typeof listServerTools>;
type Placed = { readonly kind: CapabilityKind; readonly item: CapabilityItem };

/** A page of what a server offers: what every answer has, and its definitions by kind. */
type OfferPage = Pick<ServerTools, "snapshot" | "hashes" | "nextCursor">;

type KeyMember = {
  tools: "name";
  resources: "uri";
  resourceTemplates: "uriTemplate";
  prompts: "name";
};
type Definition<Kind extends CapabilityKind> = JsonObject & Record<KeyMember[Kind], string>;
type Definitions = <Kind extends CapabilityKind>(kind: Kind) => Definition<Kind>[];

/** What an item takes besides its definition: its key and hash, and what keeps them apart. */
const frameBytes = 80;

/** The server that a request names. Throws SERVER_NOT_FOUND where it is not there for whoever asks. */
export type FindServer = (call: {
  readonly principal: Principal;
  readonly params: { readonly id: string };
}) => Entry;

/** `GET /servers/{id}/tools`, `/resources` and `/prompts`: the snapshot of one server. */
export function addOfferRoutes(app: HubApp, find: FindServer, paging: Paging): void {
  const shared = new SharedAnswers();

  function answer(
    context: Context<AppEnv>,
    { snapshot }: Entry,
    { limit, cursor }: Query,
    kinds: readonly CapabilityKind[],
    bodyOf: (
      page: OfferPage,
      definitions: Definitions,
    ) => ServerTools | ServerResources | ServerPrompts,
  ): Response {
    const body = () => {
      const { items, hasMore } = paging.first(
        placesIn(snapshot, kinds, cursor),
        limit,
        ({ item }) => item.bytes + Buffer.byteLength(item.key) + frameBytes,
      );
      const last = items.at(-1);
      const page = {
        snapshot: snapshot === undefined ? null : { hash: snapshot.hash },
        hashes: Object.fromEntries(items.map(({ item: { key, hash } }) => [key, hash])),
        ...(hasMore && last !== undefined
          ? { nextCursor: writeCursor([last.kind, placeOf(last.item)]) }
          : {}),
      };
      const definitions: Definitions = <Kind extends CapabilityKind>(kind: Kind) =>
        items.flatMap((one) =>
          // An item is known by its key, which is that member of its definition.
          one.kind === kind ? [one.item.definition as Definition<Kind>] : [],
        );
      return bodyOf(page, definitions);
    };
    const isWhole = cursor === undefined && limit === mostItems;
    return snapshot !== undefined && isWhole
      ? shared.json(context, snapshot, kinds.join(), body)
      : context.json(body());
  }

  serve(app, listServerTools, (call) =>
    answer(
      call.context,
      find(call),
      call.query,
      ["tools"],
      (page, definitions): ServerTools => ({ ...page, tools: definitions("tools") }),
    ),
  );
  serve(app, listServerResources, (call) =>
    answer(
      call.context,
      find(call),
      call.query,
      ["resources", "resourceTemplates"],
      (page, definitions): ServerResources => ({
        ...page,
        resources: definitions("resources"),
        resourceTemplates: definitions("resourceTemplates"),
      }),
    ),
  );
  serve(app, listServerPrompts, (call) =>
    answer(
      call.context,
      find(call),
      call.query,
      ["prompts"],
      (page, definitions): ServerPrompts => ({ ...page, prompts: definitions("prompts") }),
    ),
  );
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
