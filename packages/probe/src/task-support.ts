import type { CapabilityItem } from "@hub/core";
import { isJsonObject, type JsonObject } from "@hub/core/json";
import { itemOf } from "@hub/core/probing";
import type { Deadline } from "@hub/dial";
import { taskKeys } from "@hub/mcp";
import { ProbeFault } from "./fault.js";
import type { ServerIntroduction } from "./mcp-protocol.js";
import type { Memo } from "./memo.js";
import type { Connection, Wire } from "./wire.js";

/**
 * What a server says of tasks (2025-11-25) to clients of that revision: the capability, and of each tool that
 * has one its `execution`. The newer revision has neither. Without `tasks` it has none.
 */
export type TaskSupport = {
  readonly tasks?: JsonObject;
  readonly executions: ReadonlyMap<string, JsonObject>;
  /** What it offered in the newer revision when it was asked. */
  readonly offered: string;
};

/** Of a server without tasks, so long is believed what it said, as long as what it offers does not change. */
const believedMs = 3_600_000;
/** What is asked beside all else must take no time that the rest may need. */
const mostAskedMs = 2_000;
const mostPages = 64;

const none = { executions: new Map<string, JsonObject>() };

/** What was found out before, and under which key. */
export type TaskSupportMemory = { readonly key: string; readonly known: Memo<TaskSupport> };

type Tools = {
  readonly items: readonly CapabilityItem[];
  readonly capabilities: JsonObject;
};

/**
 * The tools of a server of both eras as clients of 2025-11-25 are shown them: with what each says of tasks.
 * A server that does not say so in the newer revision is asked in the older one: for its capabilities, and
 * only where they have tasks for its tools. One without is asked again after an hour, or when it offers
 * something else. Never throws: what cannot be found out is as it was known.
 */
export async function withTaskSupport(
  connection: Connection,
  items: readonly CapabilityItem[],
  deadline: Deadline,
  memory: TaskSupportMemory,
  sha256: (text: string) => string,
): Promise<Tools> {
  const { greeting } = connection;
  const { capabilities } = greeting;
  if (greeting.era === "legacy" || items.length === 0) return { items, capabilities };
  const said = saidBy(greeting, items);
  const support = said ?? (await asked(connection, items, deadline, memory));
  const { tasks, executions } = support;
  if (executions.size === 0 && tasks === undefined) return { items, capabilities };
  return {
    items: items.flatMap((item) => {
      const definition = withExecution(item.definition, executions.get(item.key));
      return definition === item.definition ? item : (itemOf("tools", definition, sha256) ?? item);
    }),
    capabilities: { ...capabilities, ...(tasks === undefined ? {} : { tasks }) },
  };
}

function withExecution(definition: JsonObject, execution: JsonObject | undefined): JsonObject {
  const { _meta, ...rest } = definition;
  const isSaid = isJsonObject(_meta) && _meta[taskKeys.tool] !== undefined;
  if (!isSaid && execution === undefined) return definition;
  const { [taskKeys.tool]: _, ...meta } = isJsonObject(_meta) ? _meta : {};
  return {
    ...rest,
    ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
    ...(execution === undefined ? {} : { execution }),
  };
}

/** What a server behind `@hub/register` says by itself; undefined for any other. */
function saidBy(
  { capabilities }: ServerIntroduction,
  items: readonly CapabilityItem[],
): Omit<TaskSupport, "offered"> | undefined {
  const experimental = capabilities.experimental;
  const tasks = isJsonObject(experimental) ? experimental[taskKeys.capability] : undefined;
  if (!isJsonObject(tasks)) return undefined;
  const executions = new Map<string, JsonObject>();
  for (const { key, definition } of items) {
    const execution = isJsonObject(definition._meta) ? definition._meta[taskKeys.tool] : undefined;
    if (isJsonObject(execution)) executions.set(key, execution);
  }
  return Object.keys(tasks).length === 0 ? { executions } : { tasks, executions };
}

async function asked(
  connection: Connection,
  items: readonly CapabilityItem[],
  deadline: Deadline,
  { key, known }: TaskSupportMemory,
): Promise<Omit<TaskSupport, "offered">> {
  const offered = items.map(({ hash }) => hash).join();
  const before = known.get(key);
  const isQuiet = before?.value.tasks === undefined && before?.value.offered === offered;
  if (before !== undefined && isQuiet && before.ageMs < believedMs) return none;
  const within = deadline.within(Math.min(mostAskedMs, deadline.remainingMs() / 2));
  let legacy: Connection | undefined;
  try {
    legacy = await connection.greetLegacy?.(within.signal);
    const tasks = legacy?.greeting.capabilities.tasks;
    const support: TaskSupport =
      legacy !== undefined && isJsonObject(tasks)
        ? { tasks, executions: await executionsIn(legacy.wire, within.signal), offered }
        : { ...none, offered };
    known.set(key, support);
    return support;
  } catch (error) {
    if (!(error instanceof ProbeFault)) throw error;
    // That it does not speak the older revisions is an answer; that it broke off is none.
    if (before?.value.tasks !== undefined) return before.value;
    known.set(key, { ...none, offered });
    return none;
  } finally {
    within.clear();
    await legacy?.wire.end();
  }
}

async function executionsIn(wire: Wire, signal: AbortSignal): Promise<Map<string, JsonObject>> {
  const executions = new Map<string, JsonObject>();
  let params: JsonObject = {};
  await wire.notify("notifications/initialized", signal);
  for (let page = 0; page < mostPages; page += 1) {
    const reply = await wire.request("tools/list", params, signal);
    const { tools, nextCursor } = reply.kind === "result" ? reply.result : {};
    for (const tool of Array.isArray(tools) ? tools : []) {
      if (!isJsonObject(tool) || typeof tool.name !== "string") continue;
      if (isJsonObject(tool.execution) && !executions.has(tool.name))
        executions.set(tool.name, tool.execution);
    }
    if (typeof nextCursor !== "string" || nextCursor === params.cursor) break;
    params = { cursor: nextCursor };
  }
  return executions;
}
