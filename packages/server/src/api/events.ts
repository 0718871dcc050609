import {
  eventKinds,
  HubError,
  type HubErrorCode,
  type JournalEvent,
  peerOf,
  type Registry,
} from "@hub/core";
import { z } from "zod";
import { type AppDeps, addressOf, type HubApp } from "./context.js";
import { eventStream } from "./event-stream.js";
import { document } from "./openapi.js";
import type { Paging } from "./paging.js";
import { newInstance } from "./problem.js";
import { readQuery } from "./query.js";
import { instant } from "./views.js";

const query = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe("Events in one page of the journal. Default: 100."),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, "must be a `nextCursor` of the page before")
    .optional(),
  server: z.string().max(100).optional().describe("Only events of the server with this id."),
  kind: z.array(z.enum(eventKinds)).optional().describe("Only events of these kinds."),
});

const eventView = z
  .object({
    seq: z.number(),
    at: z.iso.datetime(),
    kind: z.enum(eventKinds),
    serverId: z.string(),
    name: z.string(),
  })
  .loose()
  .meta({ id: "Event" });

/** An event as it goes out. */
export function eventBody({ at, ...event }: JournalEvent): {
  seq: number;
  at: string;
  kind: JournalEvent["kind"];
  flapping?: object;
} {
  if (event.kind !== "capabilities-changed" || event.flapping === undefined)
    return { ...event, at: instant(at) };
  const { since, ...flapping } = event.flapping;
  return { ...event, flapping: { ...flapping, since: instant(since) }, at: instant(at) };
}

/** EventSource says what it wants; a person with curl gets the stream too, unless paging was asked for. */
function wantsStream(accept: string | undefined, asksForPage: boolean): boolean {
  if (accept?.includes("text/event-stream")) return true;
  return !asksForPage && !accept?.includes("application/json");
}

async function journalPage(
  registry: Registry,
  { mostBytes }: Paging,
  { limit = 100, cursor, server, kind }: z.output<typeof query>,
) {
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
    events: events.map(eventBody),
    ...(hasMore ? { nextCursor: String(last.seq) } : {}),
  };
}

const errors: readonly HubErrorCode[] = ["INVALID_REQUEST", "SHUTTING_DOWN", "TOO_MANY_STREAMS"];
const retryAfterMs = 10_000;

export function addEventRoutes(app: HubApp, deps: AppDeps, paging: Paging): void {
  document(app, {
    method: "get",
    path: "/events",
    tag: "Events",
    summary: "Live events, or the journal",
    description:
      "As `text/event-stream`: every event from now on, or from after `Last-Event-ID`. An event named `reset` says that older events are gone and the list should be read again. As `application/json`: the journal, newest first, in pages.",
    query,
    headers: z.object({ "last-event-id": z.string().optional() }),
    responses: {
      200: {
        description: "The stream or the page.",
        content: {
          "text/event-stream": z.string(),
          "application/json": z.object({
            events: z.array(eventView),
            nextCursor: z.string().optional(),
          }),
        },
      },
    },
    errors,
  });
  app.get("/events", async (context) => {
    const asked = readQuery(context, query, ["kind"]);
    const accept = context.req.header("accept");
    if (!wantsStream(accept, asked.limit !== undefined || asked.cursor !== undefined)) {
      return context.json(await journalPage(deps.registry, paging, asked));
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
    const peer = peerOf(addressOf(context));
    const shares = budgets.shares("eventStreams");
    // A stream that is open is used, and never ended for a new one.
    const place = { isUsed: true, end: () => undefined };
    if (!shares.admit(peer, place)) {
      budgets.refused("eventStreams");
      throw new HubError(
        "TOO_MANY_STREAMS",
        `This address already has its share of the hub's ${budgets.shareText("eventStreams", "streams")} open. Close streams that you do not need, or try again later.`,
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
      stopping: deps.stopping,
      onFault: (error) => deps.onError(error, context.req.raw, newInstance()),
    });
    return context.body(body, 200, headers);
  });
}
