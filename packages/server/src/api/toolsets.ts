import {
  createToolset,
  deleteToolset,
  getToolset,
  listToolsets,
  previewToolset,
  replaceToolset,
  type ToolsetView,
} from "@hub/api";
import { HubError, type MayChange, type Toolset, toolsetNotFound, toolsetOf } from "@hub/core";
import type { Principal, SeenServers } from "@hub/core/access";
import { requireMay } from "../access/refusals.js";
import { askerOf } from "./asker.js";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import { requireMatch } from "./if-match.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

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

/** A definition, or an answer of the hub that was edited, without what only answers have. */
async function readDefinition(request: Request): Promise<Record<string, unknown>> {
  const said = Object.entries(await parseJson(request));
  return Object.fromEntries(said.filter(([field]) => !answered.has(field)));
}

/** A toolset without what it names of servers and tools that somebody does not see. Only admins change one. */
function seenToolset(toolset: Toolset, seen: SeenServers): Toolset {
  if (seen.policy.mayWithAll("read")) return toolset;
  const isSeen = (reference: string) => {
    const slash = reference.indexOf("/");
    const [serverId, tool] = [reference.slice(0, slash), reference.slice(slash + 1)];
    return tool === "*" ? seen.sees(serverId) : seen.seesItem(serverId, "tools", tool);
  };
  const { allow, overrides } = toolset;
  return {
    ...toolset,
    servers: toolset.servers.filter((id) => seen.sees(id)),
    ...(allow === undefined ? {} : { allow: allow.filter(isSeen) }),
    deny: toolset.deny.filter(isSeen),
    overrides: Object.fromEntries(Object.entries(overrides).filter(([tool]) => isSeen(tool))),
  };
}

function named(toolset: Toolset): readonly string[] {
  const tools = [...(toolset.allow ?? []), ...toolset.deny, ...Object.keys(toolset.overrides)].map(
    (reference) => reference.slice(0, reference.indexOf("/")),
  );
  return [...new Set([...toolset.servers, ...tools])];
}

export function addToolsetRoutes(
  app: HubApp,
  { toolsets, sights, previewToolset: preview }: AppDeps,
): void {
  const unknownServers = (toolset: Toolset, seen: SeenServers) =>
    named(toolset).filter((id) => seen.admitted.get(id) === undefined);
  const view = (toolset: Toolset, principal: Principal): ToolsetView => {
    const seen = sights.of(principal);
    const shown = seenToolset(toolset, seen);
    return {
      ...shown,
      createdAt: instant(toolset.createdAt),
      updatedAt: instant(toolset.updatedAt),
      url: `/toolsets/${toolset.id}/mcp`,
      unknownServers: unknownServers(shown, seen),
    };
  };
  serve(app, listToolsets, (call) =>
    call.json(200, { toolsets: toolsets.list().map((one) => view(one, call.principal)) }),
  );

  serve(app, createToolset, async (call) => {
    const definition = call.body(await call.sent(parseJson));
    requireMay(call.principal, "admin", "hub");
    const toolset = await toolsets.create(definition, askerOf(call));
    const location = `/toolsets/${toolset.id}`;
    return call.json(201, view(toolset, call.principal), { location, etag: etagOf(toolset) });
  });

  serve(app, previewToolset, async (call) => {
    const { limit } = call.query;
    const definition = call.body(await call.sent(readDefinition));
    const whole = { ...definition, name: definition.name ?? "Preview" };
    const unsaved = { id: whole.id ?? "preview", createdAt: 0, updatedAt: 0, revision: 0 };
    const toolset = toolsets.saved(whole) ?? toolsetOf(whole, unsaved);
    const shown = preview(toolset, call.principal);
    const tools = shown.tools.slice(0, limit);
    return call.json(200, {
      ...shown,
      tools,
      unknownServers: unknownServers(toolset, sights.of(call.principal)),
    });
  });

  serve(app, getToolset, (call) => {
    const toolset = toolsets.get(call.params.id);
    if (toolset === undefined) throw toolsetNotFound(call.params.id);
    // What it says of unknown servers changes without a new revision, so it is asked for each time.
    return call.json(200, view(toolset, call.principal), {
      etag: etagOf(toolset),
      "cache-control": "no-store",
    });
  });

  serve(app, replaceToolset, async (call) => {
    requireMay(call.principal, "admin", "hub");
    const { id } = call.params;
    const definition = call.body(await call.sent(readDefinition));
    if (definition.id !== undefined && definition.id !== id) {
      const detail = `must be ${JSON.stringify(id.slice(0, 100))} as in the path, or left out; an id never changes`;
      throw new HubError("INVALID_REQUEST", `id ${detail}.`, {
        problems: [{ pointer: "/id", detail }],
      });
    }
    const mayReplace = matching(call.context.req.header("if-match"));
    const toolset = await toolsets.replace(id, definition, mayReplace, askerOf(call));
    return call.json(200, view(toolset, call.principal), { etag: etagOf(toolset) });
  });

  serve(app, deleteToolset, async (call) => {
    requireMay(call.principal, "admin", "hub");
    const mayRemove = matching(call.context.req.header("if-match"));
    await toolsets.remove(call.params.id, mayRemove, askerOf(call));
    return call.empty();
  });
}
