import {
  HubError,
  type MayChange,
  type Toolset,
  type ToolsetView,
  toolsetListView,
  toolsetNotFound,
  toolsetOf,
  toolsetPreviewView,
  toolsetSchema,
  toolsetView,
} from "@hub/core";
import { z } from "zod";
import { parseJson } from "./body.js";
import type { AppDeps, HubApp } from "./context.js";
import { ifMatchHeaders, requireMatch } from "./if-match.js";
import { document } from "./openapi.js";
import { parseWith } from "./problem.js";
import { readQuery } from "./query.js";
import { instant } from "./views.js";

const params = z.object({ id: z.string().describe("The id of a toolset, as in GET /toolsets.") });

const headers = ifMatchHeaders("toolset");

/** What an answer holds beyond a definition. It may be sent back with one, and says nothing there. */
const answered = new Set(["url", "unknownServers", "revision", "createdAt", "updatedAt"]);

/** It contains the time of creation, so that a new toolset under an old id has another ETag. */
function etagOf({ revision, createdAt }: Toolset): string {
  return `"${revision}-${createdAt.toString(36)}"`;
}

/** Refuses a change that would overwrite a change by somebody else since the sender read the toolset. */
function matching(ifMatch: string | undefined): MayChange {
  return (current) => requireMatch(ifMatch, etagOf(current), `toolset "${current.id}"`);
}

const previewQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .optional()
    .describe("The most tools in the answer. The counts are always of all tools. Default: all."),
});

/** A definition may lack a name while people type it. */
const previewSchema = toolsetSchema.partial({ name: true });

/** A definition, or an answer of the hub that was edited, without what only answers have. */
async function readDefinition(request: Request): Promise<Record<string, unknown>> {
  const said = Object.entries(await parseJson(request));
  return Object.fromEntries(said.filter(([field]) => !answered.has(field)));
}

function named(toolset: Toolset): readonly string[] {
  const tools = [...(toolset.allow ?? []), ...toolset.deny, ...Object.keys(toolset.overrides)].map(
    (reference) => reference.slice(0, reference.indexOf("/")),
  );
  return [...new Set([...toolset.servers, ...tools])];
}

export function addToolsetRoutes(
  app: HubApp,
  { toolsets, registry, previewToolset }: AppDeps,
): void {
  const unknownServers = (toolset: Toolset) =>
    named(toolset).filter((id) => registry.get(id) === undefined);
  const view = (toolset: Toolset): ToolsetView => ({
    ...toolset,
    createdAt: instant(toolset.createdAt),
    updatedAt: instant(toolset.updatedAt),
    url: `/toolsets/${toolset.id}/mcp`,
    unknownServers: unknownServers(toolset),
  });
  const one = (description: string) => ({
    description,
    content: { "application/json": toolsetView },
  });
  const readable = { "application/json": toolsetSchema } as const;
  const unreadable = ["INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"] as const;

  document(app, {
    method: "get",
    path: "/toolsets",
    tag: "Toolsets",
    summary: "List the toolsets",
    responses: {
      200: {
        description: "All of them, ordered by id.",
        content: { "application/json": toolsetListView },
      },
    },
  });
  app.get("/toolsets", (context) => context.json({ toolsets: toolsets.list().map(view) }));

  document(app, {
    method: "post",
    path: "/toolsets",
    tag: "Toolsets",
    summary: "Create a toolset",
    description:
      "It gets an MCP endpoint of its own, `url`. A server it names need not exist yet; `unknownServers` says which do not.",
    body: readable,
    responses: { 201: one("Created. `Location` is its URL.") },
    errors: [
      ...unreadable,
      "TOOLSET_TAKEN",
      "REGISTRY_FULL",
      "REVISION_CONFLICT",
      "STORE_UNAVAILABLE",
    ],
  });
  app.post("/toolsets", async (context) => {
    const definition = parseWith(toolsetSchema, await parseJson(context.req.raw));
    const toolset = await toolsets.create(definition);
    const location = `/toolsets/${toolset.id}`;
    return context.json(view(toolset), 201, { location, etag: etagOf(toolset) });
  });

  document(app, {
    method: "post",
    path: "/toolsets/preview",
    tag: "Toolsets",
    summary: "Preview a toolset without saving it",
    description:
      "Takes the same definition as POST /toolsets; `name` may be absent. The answer shows what clients of the endpoint would see now.",
    query: previewQuery,
    body: { "application/json": previewSchema },
    responses: {
      200: {
        description: "What the endpoint would show, and what that costs a model.",
        content: { "application/json": toolsetPreviewView },
      },
    },
    errors: unreadable,
  });
  app.post("/toolsets/preview", async (context) => {
    const { limit } = readQuery(context, previewQuery);
    const definition = parseWith(previewSchema, await readDefinition(context.req.raw));
    const whole = { ...definition, name: definition.name ?? "Preview" };
    const unsaved = { id: whole.id ?? "preview", createdAt: 0, updatedAt: 0, revision: 0 };
    const toolset = toolsets.saved(whole) ?? toolsetOf(whole, unsaved);
    const preview = previewToolset(toolset);
    const tools = preview.tools.slice(0, limit);
    return context.json({ ...preview, tools, unknownServers: unknownServers(toolset) });
  });

  document(app, {
    method: "get",
    path: "/toolsets/{id}",
    tag: "Toolsets",
    summary: "One saved selection",
    params,
    responses: { 200: one("The toolset; its ETag is for If-Match.") },
    errors: ["TOOLSET_NOT_FOUND"],
  });
  app.get("/toolsets/:id", (context) => {
    const toolset = toolsets.get(context.req.param("id"));
    if (toolset === undefined) throw toolsetNotFound(context.req.param("id"));
    // What it says of unknown servers changes without a new revision, so it is asked for each time.
    return context.json(view(toolset), 200, { etag: etagOf(toolset), "cache-control": "no-store" });
  });

  document(app, {
    method: "put",
    path: "/toolsets/{id}",
    tag: "Toolsets",
    summary: "Replace the definition of a toolset",
    description:
      "Send the whole definition; members that you leave out get their defaults. You can edit an answer of the hub and send it back: the hub ignores what it has added. Sending the same definition again changes nothing.",
    params,
    headers,
    body: readable,
    responses: { 200: one("The toolset as it is now.") },
    errors: [
      ...unreadable,
      "TOOLSET_NOT_FOUND",
      "PRECONDITION_FAILED",
      "REVISION_CONFLICT",
      "STORE_UNAVAILABLE",
    ],
  });
  app.put("/toolsets/:id", async (context) => {
    const id = context.req.param("id");
    const definition = parseWith(toolsetSchema, await readDefinition(context.req.raw));
    if (definition.id !== undefined && definition.id !== id) {
      const detail = `must be ${JSON.stringify(id.slice(0, 100))} as in the path, or left out; an id never changes`;
      throw new HubError("INVALID_REQUEST", `id ${detail}.`, {
        problems: [{ pointer: "/id", detail }],
      });
    }
    const mayReplace = matching(context.req.header("if-match"));
    const toolset = await toolsets.replace(id, definition, mayReplace);
    return context.json(view(toolset), 200, { etag: etagOf(toolset) });
  });

  document(app, {
    method: "delete",
    path: "/toolsets/{id}",
    tag: "Toolsets",
    summary: "Delete a toolset",
    params,
    headers,
    responses: { 204: { description: "The toolset and its MCP endpoint are deleted." } },
    errors: ["TOOLSET_NOT_FOUND", "PRECONDITION_FAILED", "REVISION_CONFLICT", "STORE_UNAVAILABLE"],
  });
  app.delete("/toolsets/:id", async (context) => {
    const mayRemove = matching(context.req.header("if-match"));
    await toolsets.remove(context.req.param("id"), mayRemove);
    return context.body(null, 204);
  });
}
