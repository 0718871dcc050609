import type { Entry } from "@hub/core";
import { isJsonObject, type JsonObject } from "@hub/core/json";
import { metaKeys, modernVersions } from "@hub/mcp";
import { mayCallWhole } from "../catalogue/callable.js";
import { hubServerName } from "../catalogue/selection.js";
import type { View } from "../catalogue/view.js";

/** Text of one server that goes into the hub's own instructions. */
const longestPart = 1_000;
const longestInstructions = 16_000;

const everything = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
} as const;

/**
 * What an endpoint can do. The aggregate can do everything, whatever is registered now: servers come and
 * go, and a client is told only once. A server seen alone can do what it says.
 */
export function capabilitiesOf(view: View, isModern: boolean): JsonObject {
  const alone = aloneEntry(view);
  if (alone?.snapshot !== undefined)
    return translated(callable(view, alone, alone.snapshot.capabilities), isModern);
  if (isModern) return everything;
  const tasks = view.servers.map(({ snapshot }) => snapshot?.capabilities.tasks).find(isJsonObject);
  return tasks === undefined ? everything : { ...everything, tasks };
}

/** Who may call some of its tools alone gets nothing else of a server. */
function callable({ selection }: View, { record }: Entry, capabilities: JsonObject): JsonObject {
  if (mayCallWhole(selection, record)) return capabilities;
  const { prompts: _, resources: __, completions: ___, ...rest } = capabilities;
  return rest;
}

/** Extensions are of the modern revision, experimental tasks of the last one before. */
function translated(capabilities: JsonObject, isModern: boolean): JsonObject {
  const { extensions: _, tasks: __, ...rest } = capabilities;
  const listChanged = { listChanged: true };
  return {
    ...rest,
    // The hub notices changes itself, also where the server cannot tell of them.
    ...(isJsonObject(rest.tools) ? { tools: { ...rest.tools, ...listChanged } } : {}),
    ...(isJsonObject(rest.prompts) ? { prompts: { ...rest.prompts, ...listChanged } } : {}),
    ...(isJsonObject(rest.resources) ? { resources: { ...rest.resources, ...listChanged } } : {}),
    ...(isModern ? {} : { logging: rest.logging ?? {} }),
  };
}

function aloneEntry(view: View): Entry | undefined {
  return view.selection.alone === undefined ? undefined : view.servers[0];
}

export function serverInfoOf(view: View, version: string): JsonObject {
  return (
    aloneEntry(view)?.snapshot?.serverInfo ?? { name: hubServerName, title: "MCP Hub", version }
  );
}

export function instructionsOf(view: View): string | undefined {
  const alone = aloneEntry(view);
  // What a server says of itself speaks of all that it offers.
  if (alone !== undefined)
    return mayCallWhole(view.selection, alone.record) ? alone.snapshot?.instructions : undefined;
  const isSearch = view.selection.mode === "search";
  let text = isSearch
    ? "This is MCP Hub: many servers behind one endpoint. Find a tool with hub__find_tools, then run it with hub__call_tool."
    : "This is MCP Hub: many servers behind one endpoint. The part of a tool's name before `__` is the id of its server.";
  for (const { record, snapshot } of view.wholeServers) {
    const said = snapshot?.instructions?.trim();
    if (said === undefined || said === "") continue;
    const part = `\n\n${record.name} (${record.id}): ${said.slice(0, longestPart)}`;
    if (text.length + part.length > longestInstructions) break;
    text += part;
  }
  return text;
}

/** The answer to `server/discover`. */
export function discoverResult(view: View, version: string): JsonObject {
  const instructions = instructionsOf(view);
  const serverInfo = serverInfoOf(view, version);
  return {
    resultType: "complete",
    supportedVersions: modernVersions,
    capabilities: capabilitiesOf(view, true),
    ...(instructions === undefined ? {} : { instructions }),
    ttlMs: 60_000,
    cacheScope: "private",
    _meta: { [metaKeys.serverInfo]: serverInfo },
  } as unknown as JsonObject; // plain data through and through
}
