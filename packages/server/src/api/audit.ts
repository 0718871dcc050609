import { type AuditLine, listAudit, type QueryOf } from "@hub/api";
import type { AuditQuery, AuditRow, AuditStore } from "@hub/core/storage";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { requireMay } from "../access/refusals.js";
import type { AppEnv, HubApp } from "./hono.js";
import type { Paging } from "./paging.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

/** Lines that are read at a time for an export. */
const exportStep = 500;

function lineView({ serverId, at, who, ...row }: AuditRow): AuditLine {
  const said = { ...row, at: instant(at), who: { ...who }, server: serverId };
  // JSON has no undefined members, and so it has been stored.
  return said as AuditLine;
}

type Asked = QueryOf<typeof listAudit>;

const queryOf = ({ who, action, outcome, server, subject, since, until, cursor }: Asked) => ({
  who,
  actions: action,
  outcomes: outcome,
  serverId: server,
  subject,
  since: since === undefined ? undefined : Date.parse(since),
  until: until === undefined ? undefined : Date.parse(until),
  before: cursor === undefined ? undefined : Number(cursor),
});

/** Each line as JSON, page by page as the reader takes them. Broken off when whoever reads may ask no more. */
function exported(
  store: AuditStore,
  query: Omit<AuditQuery, "limit">,
  most: number,
  context: Context<AppEnv>,
) {
  let { before } = query;
  let left = most;
  let isAllowed = true;
  let unwatch = () => {};
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    start(controller) {
      unwatch = context.get("whileKnown")(() => {
        isAllowed = false;
        const outgoing = context.env?.outgoing;
        // An end would say that this was all.
        if (outgoing !== undefined) outgoing.destroy();
        else controller.error(new Error("Whoever reads the audit may not any more."));
      });
    },
    async pull(controller) {
      let rows: readonly AuditRow[];
      try {
        rows = await store.page({ ...query, before, limit: Math.min(left, exportStep) });
      } catch (error) {
        unwatch();
        throw error;
      }
      if (!isAllowed) return;
      const last = rows.at(-1);
      const text = rows.map((row) => `${JSON.stringify(lineView(row))}\n`).join("");
      if (text !== "") controller.enqueue(encoder.encode(text));
      before = last?.seq;
      left -= rows.length;
      if (last !== undefined && left > 0) return;
      unwatch();
      controller.close();
    },
    cancel: () => unwatch(),
  });
}

const ndjson = "application/x-ndjson";

/** The route with which admins read who did what. */
export function addAuditRoute(app: HubApp, { audit }: AppDeps, paging: Paging): void {
  serve(app, listAudit, async (call) => {
    requireMay(call.principal, "admin", "hub");
    const { context, query: asked } = call;
    // What has just happened is in it too.
    await audit.flush();
    const query = queryOf(asked);
    const wanted = accepts(context, {
      header: "Accept",
      supports: ["application/json", ndjson],
      default: "application/json",
    });
    if (asked.format === "ndjson" || (asked.format === undefined && wanted === ndjson))
      return context.body(
        exported(audit.store, query, asked.limit ?? Number.MAX_SAFE_INTEGER, context),
        200,
        {
          "content-type": ndjson,
          "content-disposition": 'attachment; filename="audit.ndjson"',
          "cache-control": "no-store",
        },
      );
    const limit = asked.limit ?? 100;
    const rows = await audit.store.page({ ...query, limit: limit + 1 });
    const { items, hasMore } = paging.first(rows.map(lineView), limit, (line) =>
      Buffer.byteLength(JSON.stringify(line)),
    );
    const last = items.at(-1);
    return call.json(
      200,
      { lines: items, ...(hasMore && last !== undefined ? { nextCursor: String(last.seq) } : {}) },
      { "cache-control": "no-store" },
    );
  });
}
