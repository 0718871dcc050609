import {
  capabilityKinds,
  instanceStatuses,
  type JournalEvent,
  serverStatuses,
  transports,
} from "@hub/core";
import { eventKinds } from "@hub/core/events";
import { z } from "zod";
import { judgeSchema, waitingReasonSchema } from "./admission-state.js";
import { instant, nextCursor, pageSize, seqCursor } from "./fields.js";
import { defineRoute, type Unchanging } from "./route.js";

const about = {
  seq: z.number().describe("Its number in the journal."),
  at: instant,
  serverId: z.string(),
  name: z.string(),
  isWithheld: z
    .literal(true)
    .optional()
    .describe("Nobody had let the server in, so that only admins hear of it."),
};

const instanceRefSchema = z
  .object({ id: z.string(), endpoint: z.string(), transport: z.enum(transports) })
  .meta({ id: "InstanceRef" });

const isForced = z
  .boolean()
  .optional()
  .describe(
    "An operator removed it without proof. If it still runs, its helper registers it again.",
  );

const flapping = z
  .object({
    state: z.enum(["began", "ended"]),
    since: instant,
    changes: z.number().describe("How often it changed since then."),
  })
  .optional()
  .describe("What it offers began to change all the time, or is stable again.");

/** Of each kind, the members that only it has. */
const members = {
  registered: {
    instance: instanceRefSchema,
    isNewServer: z.boolean().describe("The name was not in the catalogue before."),
    replaced: z.array(instanceRefSchema).describe("Instances that the new one took over from."),
  },
  "registration-updated": { instance: instanceRefSchema, changed: z.array(z.string()) },
  edited: { changed: z.array(z.string()) },
  "credentials-changed": {
    change: z
      .enum(["set", "removed", "confirmed"])
      .describe("`confirmed`: the hub may send them to where the server is now."),
    names: z.array(z.string()).describe("Of the headers that they are sent in."),
  },
  "status-changed": {
    instance: instanceRefSchema,
    from: z.enum(instanceStatuses),
    to: z.enum(instanceStatuses),
    serverStatus: z
      .enum(serverStatuses)
      .describe("The status of all its instances together, after the change."),
    reason: z.string(),
    fix: z.string().optional(),
  },
  "capabilities-changed": {
    instance: instanceRefSchema,
    hash: z.string(),
    previousHash: z.string().optional(),
    added: z.number(),
    removed: z.number(),
    changed: z.number(),
    items: z
      .array(
        z.object({
          change: z.enum(["added", "removed", "changed"]),
          kind: z.enum(capabilityKinds),
          key: z.string(),
        }),
      )
      .describe("The first hundred; GET /servers/{id}/changes has more of them."),
    flapping,
  },
  deregistered: { instance: instanceRefSchema, reason: z.enum(["left", "removed"]), isForced },
  forgotten: {
    instance: instanceRefSchema
      .optional()
      .describe("One instance of several. Without it: the server."),
    reason: z.enum(["down-too-long", "removed"]),
    isForced,
  },
  "name-conflict": {
    endpoint: z.string().describe("Where the server is that wanted the name and did not get it."),
    holder: instanceRefSchema,
  },
  waiting: { because: waitingReasonSchema },
  admitted: { by: judgeSchema },
  refused: { by: judgeSchema, reason: z.string().optional() },
} as const satisfies Record<JournalEvent["kind"], z.core.$ZodLooseShape>;

const ofKind = <Kind extends keyof typeof members>(kind: Kind) =>
  z.object({ kind: z.literal(kind), ...about, ...members[kind] });

export const eventSchema = z
  .discriminatedUnion("kind", [
    ofKind("registered"),
    ofKind("registration-updated"),
    ofKind("edited"),
    ofKind("credentials-changed"),
    ofKind("status-changed"),
    ofKind("capabilities-changed"),
    ofKind("deregistered"),
    ofKind("forgotten"),
    ofKind("name-conflict"),
    ofKind("waiting"),
    ofKind("admitted"),
    ofKind("refused"),
  ])
  .meta({ id: "Event" });

const eventListSchema = z.object({
  events: z.array(eventSchema),
  nextCursor,
});

export const listEvents = defineRoute({
  method: "get",
  path: "/events",
  tag: "Events",
  access: "read",
  summary: "Live events, or the journal",
  description:
    "As `text/event-stream`: every event from now on, or from after `Last-Event-ID`. An event named `reset` says that older events are gone and the list should be read again. As `application/json`: the journal, newest first, in pages.",
  query: z.strictObject({
    limit: pageSize(1_000).optional().describe("Events in one page of the journal. Default: 100."),
    cursor: seqCursor,
    server: z.string().max(100).optional().describe("Only events of the server with this id."),
    kind: z.array(z.enum(eventKinds)).optional().describe("Only events of these kinds."),
  }),
  repeatable: ["kind"],
  headers: z.object({ "last-event-id": z.string().optional() }),
  answers: {
    200: {
      description: "The stream or the page.",
      content: { "text/event-stream": z.string(), "application/json": eventListSchema },
    },
  },
  errors: ["INVALID_REQUEST", "SHUTTING_DOWN", "TOO_MANY_STREAMS"],
});

/** One event as REST and the event stream tell it. `kind` says which members it has. */
export type Event = Unchanging<z.output<typeof eventSchema>>;
export type EventKind = Event["kind"];
export type EventList = Unchanging<z.output<typeof eventListSchema>>;
