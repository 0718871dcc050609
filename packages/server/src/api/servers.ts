import {
  type CapabilityChangeView,
  getServer,
  listServerChanges,
  listServers,
  probeServer,
  removeServer,
} from "@hub/api";
import { type Entry, proofsIn, requireRemovable, serverNotFound } from "@hub/core";
import { may, subjectOf } from "@hub/core/access";
import type { CapabilityChange } from "@hub/core/storage";
import type { Context } from "hono";
import { requireMay } from "../access/refusals.js";
import { askerOf } from "./asker.js";
import { addCredentialRoutes } from "./credentials.js";
import { answerDetail } from "./detail.js";
import { addEditRoute } from "./edit.js";
import { addHistoryRoutes } from "./history.js";
import type { AppEnv, HubApp } from "./hono.js";
import { isFresh } from "./if-none-match.js";
import { addOfferRoutes, type FindServer } from "./offers.js";
import type { Paging } from "./paging.js";
import type { AppDeps } from "./ports.js";
import { proofOf } from "./proof.js";
import { serve } from "./serve.js";
import type { Listing, ServerLists } from "./server-list.js";
import { instant } from "./views.js";

/** Ready bytes and plain headers: the hot path of clients that poll. */
function answerListing(context: Context<AppEnv>, { bytes, etag }: Listing): Response {
  const headers = { etag, "cache-control": "no-cache", "content-type": "application/json" };
  const isKnown = isFresh(context.req.header("if-none-match"), etag);
  return isKnown ? new Response(null, { status: 304, headers }) : new Response(bytes, { headers });
}

/** Until the next minor version proof may also come as a bearer token, where it used to. */
function secretsOf(context: Context<AppEnv>): string[] {
  const bearer = /^bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
  return [proofOf(context), bearer].filter((proof) => proof !== undefined);
}

export function addServerRoutes(
  app: HubApp,
  deps: AppDeps,
  lists: ServerLists,
  paging: Paging,
): void {
  const { registry } = deps;
  const find: FindServer = ({ principal, params }) => {
    const entry = deps.sights.of(principal).get(params.id);
    if (entry === undefined) throw serverNotFound(params.id.slice(0, 100));
    return entry;
  };

  serve(app, listServers, (call) => {
    const { context, principal } = call;
    const isWhole = !context.req.url.includes("?");
    const seen = deps.sights.of(principal);
    return answerListing(context, isWhole ? lists.all(seen) : lists.page(call.query, seen));
  });

  serve(app, getServer, (call) => answerDetail(call, find(call), deps));

  addEditRoute(app, deps);

  addCredentialRoutes(app, deps);

  serve(app, removeServer, async (call) => {
    const { principal, params } = call;
    const entry = registry.get(params.id);
    const isForced = call.query.force === "true";
    const subject = entry === undefined ? undefined : subjectOf(entry.record);
    // Who may register a server need not see it.
    const isThere =
      subject !== undefined &&
      (deps.sights.of(principal).get(params.id) !== undefined ||
        may(principal, "register", subject));
    if (!isThere) throw serverNotFound(params.id.slice(0, 100));
    requireMay(principal, isForced ? "admin" : "register", subject);
    const by = askerOf(call);
    if (isForced) await registry.remove(params.id, undefined, by);
    else {
      const proofs = proofsIn(secretsOf(call.context), deps.gate.leaseOwner(principal));
      const mayRemove = (now: Entry) => {
        const hasCredentials = deps.credentials.of(now).length > 0;
        requireRemovable(now, { proofs, principal, hasCredentials }, registry.now());
      };
      await registry.remove(params.id, mayRemove, by);
    }
    return call.empty();
  });

  serve(app, probeServer, async (call) => {
    const { record } = find(call);
    requireMay(call.principal, "call", subjectOf(record));
    await deps.probeNow(record.id);
    return answerDetail(call, find(call), deps);
  });

  addOfferRoutes(app, find, paging);

  addHistoryRoutes(app, deps, find);

  serve(app, listServerChanges, async (call) => {
    const { record } = find(call);
    const { limit, cursor } = call.query;
    const { changes, hasMore } = await registry.changes(record.id, {
      before: cursor === undefined ? undefined : Number(cursor),
      limit,
      mostBytes: paging.mostBytes,
    });
    const last = changes.at(-1);
    const seen = deps.sights.of(call.principal);
    const isWhole = seen.seesWhole(record.id);
    const shown = ({ kind, key }: CapabilityChange["items"][number]) =>
      isWhole || seen.seesItem(record.id, kind, key);
    return call.json(200, {
      changes: changes.map((change) =>
        changeView({ ...change, items: change.items.filter(shown) }),
      ),
      ...(hasMore && last !== undefined ? { nextCursor: String(last.seq) } : {}),
    });
  });
}

function changeView({
  seq,
  at,
  hash,
  previousHash,
  items,
  omitted,
}: CapabilityChange): CapabilityChangeView {
  return {
    seq,
    at: instant(at),
    hash,
    ...(previousHash === undefined ? {} : { previousHash }),
    items: items.map(({ change, kind, key, before, after }) => {
      const isKept = (before ?? after)?.members !== undefined;
      return {
        change,
        kind,
        key,
        ...(before?.members === undefined ? {} : { before: before.members }),
        ...(after?.members === undefined ? {} : { after: after.members }),
        ...(isKept ? {} : { isCut: true }),
      };
    }),
    ...(omitted === undefined ? {} : { omitted }),
  };
}
