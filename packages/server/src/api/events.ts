import { type EventList, listEvents, type QueryOf } from "@hub/api";
import { HubError, type Registry } from "@hub/core";
import type { SeenServers } from "@hub/core/access";
import { callerOf } from "../access/callers.js";
import { eventStream } from "./event-stream.js";
import { addressOf, type HubApp } from "./hono.js";
import type { Paging } from "./paging.js";
import type { AppDeps } from "./ports.js";
import { newInstance } from "./problem.js";
import { heardEvent, hears } from "./seen.js";
import { serve } from "./serve.js";

/** EventSource says what it wants; a person with curl gets the stream too, unless paging was asked for. */
function wantsStream(accept: string | undefined, asksForPage: boolean): boolean {
  if (accept?.includes("text/event-stream")) return true;
  return !asksForPage && !accept?.includes("application/json");
}

async function journalPage(
  registry: Registry,
  { mostBytes }: Paging,
  { limit = 100, cursor, server, kind }: QueryOf<typeof listEvents>,
  seen: SeenServers,
): Promise<EventList> {
  const isHeard = hears(seen);
  const read = (before: number | undefined, most: number) =>
    registry.journal({
      order: "newest-first",
      before,
      limit: most,
      mostBytes,
      serverId: server,
      kinds: kind,
    });
  const events = await read(cursor === undefined ? undefined : Number(cursor), limit);
  const last = events.at(-1);
  const hasMore = last !== undefined && (await read(last.seq, 1)).length > 0;
  return {
    events: events.filter(isHeard).map((event) => heardEvent(event, seen)),
    ...(hasMore ? { nextCursor: String(last.seq) } : {}),
  };
}

const retryAfterMs = 10_000;

export function addEventRoutes(app: HubApp, deps: AppDeps, paging: Paging): void {
  serve(app, listEvents, async (call) => {
    const { context, query: asked } = call;
    const seen = deps.sights.of(call.principal);
    const accept = context.req.header("accept");
    if (!wantsStream(accept, asked.limit !== undefined || asked.cursor !== undefined)) {
      return call.json(200, await journalPage(deps.registry, paging, asked, seen));
    }
    const headers = {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    };
    // HEAD comes here too: it asks about the stream and must not open one.
    if (context.req.method === "HEAD") return context.body(null, 200, headers);
    const lastEventId = context.req.header("last-event-id");
    const after =
      lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : undefined;
    const { budgets, registry } = deps;
    const peer = callerOf(call.principal, addressOf(context));
    const shares = budgets.shares("eventStreams");
    // A stream that is open is used, and never ended for a new one.
    const place = { isUsed: true, end: () => undefined };
    if (!shares.admit(peer, place)) {
      budgets.refused("eventStreams");
      throw new HubError(
        "TOO_MANY_STREAMS",
        `This client already has its share of the hub's ${budgets.shareText("eventStreams", "streams")} open. Close streams that you do not need, or try again later.`,
        { retryAfterMs },
      );
    }
    const body = eventStream({
      registry,
      budgets,
      peer,
      onEnd: () => shares.leave(peer, place),
      after,
      serverId: asked.server,
      kinds: asked.kind,
      isHeard: hears(seen),
      viewOf: (event) => heardEvent(event, seen),
      stopping: deps.stopping,
      whileAllowed: context.get("whileKnown"),
      onFault: (error) => deps.onError(error, context.req.raw, newInstance()),
    });
    return context.body(body, 200, headers);
  });
}
