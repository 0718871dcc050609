import {
  type CapabilityChange,
  capabilityKinds,
  type Entry,
  flappingOf,
  neighbourWarnings,
  type Registry,
  requireRemovable,
  serverDetailView,
  serverListView,
  serverNotFound,
} from "@hub/core";
import type { Context } from "hono";
import { z } from "zod";
import type { AppDeps, AppEnv, HubApp } from "./context.js";
import { addEditRoute } from "./edit.js";
import { addOfferRoutes, definitionView } from "./offers.js";
import { document, serverIdParams } from "./openapi.js";
import type { Paging } from "./paging.js";
import { proofHeaders, proofOf } from "./proof.js";
import { readQuery } from "./query.js";
import { type Listing, listQuery, listsOfQuery, type ServerLists } from "./server-list.js";
import { etagOf, instant, serverDetail } from "./views.js";

/** True when If-None-Match names this tag, strongly or weakly. */
function isFresh(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return (
    header === etag ||
    header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag || one.trim() === "*")
  );
}

/** Ready bytes and plain headers: the hot path of clients that poll. */
function answerListing(context: Context<AppEnv>, { bytes, etag }: Listing): Response {
  const headers = { etag, "cache-control": "no-cache", "content-type": "application/json" };
  const isKnown = isFresh(context.req.header("if-none-match"), etag);
  return isKnown ? new Response(null, { status: 304, headers }) : new Response(bytes, { headers });
}

/** What deserves attention about an entry, beyond its instances. */
function entryWarnings(registry: Registry, entry: Entry): string[] {
  const { id } = entry.record;
  const warnings = neighbourWarnings(entry, registry.neighbours(id));
  const hashes = new Set(
    entry.instances
      .filter((instance) => instance.health.status === "up")
      .flatMap((instance) => instance.health.capabilitiesHash ?? []),
  );
  if (hashes.size > 1)
    warnings.push("Its instances do not all offer the same tools, resources and prompts.");
  const flapping = flappingOf(entry.pace);
  if (flapping !== undefined)
    warnings.push(
      `What it offers changes all the time: ${flapping.changes} times since ${instant(flapping.since)}. Until it is stable, the hub reads it only every few minutes and does not announce each change. Fix the server so that its lists stay the same, then probe it to check.`,
    );
  return warnings;
}

/** Until the next minor version proof may also come as a bearer token, where it used to. */
function secretsOf(context: Context<AppEnv>): string[] {
  const bearer = /^bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
  return [proofOf(context), bearer].filter((proof) => proof !== undefined);
}

const removeQuery = z.strictObject({
  force: z
    .enum(["true", "false"])
    .optional()
    .describe("`true`: remove the server without proof, as an operator. Default: false."),
});

export function addServerRoutes(
  app: HubApp,
  deps: AppDeps,
  lists: ServerLists,
  paging: Paging,
): void {
  const { registry } = deps;
  const detail = (entry: Entry) =>
    serverDetail(entry, registry.now(), entryWarnings(registry, entry));
  const answerDetail = (context: Context<AppEnv>, entry: Entry) =>
    // Probes and heartbeats change it without a new revision, so it is asked for each time.
    context.json(detail(entry), 200, { etag: etagOf(entry.record), "cache-control": "no-store" });
  const find = (id: string): Entry => {
    const entry = registry.get(id);
    if (entry === undefined) throw serverNotFound(id.slice(0, 100));
    return entry;
  };

  document(app, {
    method: "get",
    path: "/servers",
    tag: "Catalogue",
    summary: "Which servers exist",
    description:
      "Without parameters: all of them, or as many as one answer holds, with a `nextCursor`. Answered from memory; heartbeats do not change the ETag.",
    query: listQuery,
    responses: {
      200: {
        description: "The servers, ordered by id.",
        content: { "application/json": serverListView },
      },
      304: { description: "Nothing has changed since the ETag in If-None-Match." },
    },
    errors: ["INVALID_REQUEST"],
  });
  app.get("/servers", (context) => {
    if (!context.req.url.includes("?")) return answerListing(context, lists.all());
    return answerListing(context, lists.page(readQuery(context, listQuery, listsOfQuery)));
  });

  document(app, {
    method: "get",
    path: "/servers/{id}",
    tag: "Catalogue",
    summary: "One server with its instances, their last probe, and warnings",
    params: serverIdParams,
    responses: {
      200: { description: "The server.", content: { "application/json": serverDetailView } },
    },
    errors: ["SERVER_NOT_FOUND"],
  });
  app.get("/servers/:id", (context) => {
    return answerDetail(context, find(context.req.param("id")));
  });

  addEditRoute(app, deps, answerDetail);

  document(app, {
    method: "delete",
    path: "/servers/{id}",
    tag: "Catalogue",
    summary: "Remove a server and its history",
    description:
      "To remove a server that is alive, send proof of ownership in `Mcp-Hub-Proof`: its lease id or service key. A lease is no proof if the hub granted it without proof at the endpoint of a server that may have been alive. Until the next minor version, the hub also accepts the proof as a bearer token. With `force=true`, an operator removes the server and its edits without proof. If the server still runs, its helper registers it again within one heartbeat interval.",
    params: serverIdParams,
    query: removeQuery,
    headers: proofHeaders,
    responses: { 204: { description: "The server is removed." } },
    errors: [
      "INVALID_REQUEST",
      "SERVER_NOT_FOUND",
      "NOT_OWNER",
      "REVISION_CONFLICT",
      "STORE_UNAVAILABLE",
    ],
  });
  app.delete("/servers/:id", async (context) => {
    const id = context.req.param("id");
    if (readQuery(context, removeQuery).force === "true") await registry.remove(id);
    else {
      const secrets = secretsOf(context);
      await registry.remove(id, (entry) => requireRemovable(entry, secrets, registry.now()));
    }
    return context.body(null, 204);
  });

  document(app, {
    method: "post",
    path: "/servers/{id}/probe",
    tag: "Diagnosis",
    summary: "Probe all instances of a server now",
    params: serverIdParams,
    responses: {
      200: {
        description: "The server after the probe.",
        content: { "application/json": serverDetailView },
      },
    },
    errors: ["SERVER_NOT_FOUND"],
  });
  app.post("/servers/:id/probe", async (context) => {
    const { record } = find(context.req.param("id"));
    await deps.probeNow(record.id);
    return answerDetail(context, find(record.id));
  });

  addOfferRoutes(app, find, paging);

  const changesQuery = z.strictObject({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z
      .string()
      .regex(/^\d{1,15}$/, "must be a `nextCursor` of the page before")
      .optional(),
  });
  document(app, {
    method: "get",
    path: "/servers/{id}/changes",
    tag: "Catalogue",
    summary: "Changes to the tools, resources and prompts of a server, newest first",
    params: serverIdParams,
    query: changesQuery,
    responses: {
      200: {
        description:
          "Each change with its differences. The hub deletes old changes, and definitions that are too large to keep.",
        content: {
          "application/json": z.object({
            changes: z.array(
              z.object({
                seq: z.number().describe("The number of its event in the journal."),
                at: z.iso.datetime(),
                hash: z.string(),
                previousHash: z.string().optional(),
                items: z.array(
                  z.object({
                    change: z.enum(["added", "removed", "changed"]),
                    kind: z.enum(capabilityKinds),
                    key: z.string(),
                    before: definitionView
                      .optional()
                      .describe(
                        "For a changed item, the members that differ; otherwise the whole item.",
                      ),
                    after: definitionView.optional(),
                    isCut: z
                      .boolean()
                      .optional()
                      .describe("The definitions were too large to keep."),
                  }),
                ),
                omitted: z.number().optional().describe("How many changed items were not kept."),
              }),
            ),
            nextCursor: z.string().optional(),
          }),
        },
      },
    },
    errors: ["SERVER_NOT_FOUND", "INVALID_REQUEST"],
  });
  app.get("/servers/:id/changes", async (context) => {
    const { record } = find(context.req.param("id"));
    const { limit, cursor } = readQuery(context, changesQuery);
    const { changes, hasMore } = await registry.changes(record.id, {
      before: cursor === undefined ? undefined : Number(cursor),
      limit,
      mostBytes: paging.mostBytes,
    });
    const last = changes.at(-1);
    return context.json({
      changes: changes.map(changeBody),
      ...(hasMore && last !== undefined ? { nextCursor: String(last.seq) } : {}),
    });
  });
}

function changeBody({ seq, at, hash, previousHash, items, omitted }: CapabilityChange) {
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
