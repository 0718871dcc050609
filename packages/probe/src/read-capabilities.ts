import type { BudgetBook, CapabilityKind, CapabilitySnapshot } from "@hub/core";
import { isJsonObject, type JsonValue } from "@hub/core/json";
import type { BudgetName } from "@hub/core/limits";
import { assembleSnapshot, type CachingHints, noRoom } from "@hub/core/probing";
import type { Deadline } from "@hub/dial";
import { type Fault, ProbeFault } from "./fault.js";
import type { ServerIntroduction } from "./mcp-protocol.js";
import { type Left, type Listing, OverBudget, quickPages, readList } from "./read-list.js";
import { sha256 } from "./sha256.js";
import { type TaskSupportMemory, withTaskSupport } from "./task-support.js";
import type { Connection } from "./wire.js";

const kinds = [
  { kind: "tools", capability: "tools", method: "tools/list" },
  { kind: "resources", capability: "resources", method: "resources/list" },
  { kind: "resourceTemplates", capability: "resources", method: "resources/templates/list" },
  { kind: "prompts", capability: "prompts", method: "prompts/list" },
] as const satisfies readonly { kind: CapabilityKind; capability: string; method: string }[];

export type Reading = {
  /** Missing when no list could be read. */
  readonly snapshot?: CapabilitySnapshot;
  /** Lists that could not be read, so that of them the snapshot has nothing. */
  readonly unread?: readonly CapabilityKind[];
  readonly warnings: readonly string[];
  /** It offers more than the hub takes over; a warning says so. */
  readonly isOverBudget?: boolean;
  /** It answers nobody without a token what would have to be read. */
  readonly locked?: Locked | undefined;
};

/** What is answered to nobody without a token. `status`: of HTTP; missing when it says so in JSON-RPC. */
export type Locked = { readonly status?: number; readonly method: string };

/** Of the time that is left, what a list gets while others wait for theirs. */
const shareOfList = 0.5;

/**
 * Reads all that a server offers. Each list stands for itself: what goes wrong with one costs the others
 * nothing. Never throws: what goes wrong is a warning about this one server.
 */
export async function readCapabilities(
  connection: Connection,
  deadline: Deadline,
  budgets: BudgetBook,
  taskSupport: TaskSupportMemory,
): Promise<Reading> {
  const { greeting, wire } = connection;
  try {
    if (greeting.era === "legacy") await wire.notify("notifications/initialized", deadline.signal);
  } catch (error) {
    const method = "notifications/initialized";
    return { warnings: [unread(method, error)], locked: lockIn(method, error) };
  }
  const declared = kinds.filter(({ capability }) => isDeclared(greeting.capabilities[capability]));
  if (declared.length === 0)
    return { snapshot: snapshotOf(greeting, new Map()), warnings: [nothingDeclared] };
  const found = new Map<CapabilityKind, Listing>();
  const failed = new Map<CapabilityKind, string>();
  const locks = new Map<CapabilityKind, Locked>();
  const left: Left = { items: budgets.limit("snapshotItems"), quickPages };
  let isOverBudget = false;
  for (const [index, { kind, method }] of declared.entries()) {
    const isLast = index === declared.length - 1;
    const limit = isLast ? deadline : deadline.within(deadline.remainingMs() * shareOfList);
    const before = { ...left, bytes: wire.budget.remaining };
    try {
      found.set(kind, await readList(connection, kind, method, limit.signal, left));
    } catch (error) {
      const budget = budgetIn(error);
      // Pages without end are no reason to begin again with the next probe.
      if (budget !== undefined || (limit.signal.aborted && left.quickPages < 0))
        isOverBudget = true;
      if (budget !== undefined) budgets.refused(budget);
      const lock = lockIn(method, error);
      if (lock !== undefined) locks.set(kind, lock);
      failed.set(kind, budget === undefined ? unread(method, error) : noRoom(budget, budgets));
      // Nothing of it is kept, so that the others may be as large as without it.
      left.items = before.items;
      left.quickPages = before.quickPages;
      wire.budget.remaining = before.bytes;
    } finally {
      if (!isLast) limit.clear();
    }
  }
  const warnings = [...warningsOf(found), ...failed.values()];
  const isLocked = locks.has("tools") || locks.size === declared.length;
  const over = {
    ...(isOverBudget ? { isOverBudget } : {}),
    ...(isLocked ? { locked: [...locks.values()][0] } : {}),
  };
  if (found.size === 0 && failed.size > 0) return { warnings, ...over };
  const tools = found.get("tools");
  let said = greeting;
  if (tools !== undefined) {
    const { items, capabilities } = await withTaskSupport(
      connection,
      tools.items,
      deadline,
      taskSupport,
      sha256,
    );
    found.set("tools", { ...tools, items });
    said = { ...greeting, capabilities };
  }
  const snapshot = snapshotOf(said, found);
  return {
    snapshot,
    ...(failed.size === 0 ? {} : { unread: [...failed.keys()] }),
    warnings,
    ...over,
  };
}

const nothingDeclared =
  "It declares no tools, resources or prompts in its capabilities, so the hub did not ask for any. Declare what it offers, as in `capabilities: { tools: {} }`.";

/** Whether a server that greets everybody answers what its tools are to nobody without a token. */
export async function lockOf(
  { greeting, wire }: Connection,
  signal: AbortSignal,
): Promise<Locked | undefined> {
  if (!isDeclared(greeting.capabilities.tools)) return undefined;
  const method = "tools/list";
  try {
    if (greeting.era === "legacy") await wire.notify("notifications/initialized", signal);
    const reply = await wire.request(method, {}, signal);
    return reply.kind === "error" && reply.wantsToken === true ? { method } : undefined;
  } catch (error) {
    if (error instanceof ProbeFault) return lockIn(method, error);
    throw error;
  }
}

export function lockIn(method: string, error: unknown): Locked | undefined {
  const fault = error instanceof ProbeFault ? error.fault : undefined;
  if (fault?.kind !== "token-needed") return undefined;
  return { ...(fault.status === undefined ? {} : { status: fault.status }), method };
}

/** Some languages write an empty list for an object without members. */
function isDeclared(capability: JsonValue | undefined): boolean {
  return isJsonObject(capability) || Array.isArray(capability) || capability === true;
}

function budgetIn(error: unknown): BudgetName | undefined {
  if (error instanceof OverBudget) return error.budget;
  const isBytes =
    error instanceof ProbeFault && error.fault.kind === "too-large" && error.fault.isBudget;
  return isBytes === true ? "snapshotBytes" : undefined;
}

function strictest(hints: readonly CachingHints[]): CachingHints {
  return {
    ttlMs: Math.min(...hints.map(({ ttlMs }) => ttlMs)),
    cacheScope: hints.every(({ cacheScope }) => cacheScope === "public") ? "public" : "private",
  };
}

function warningsOf(found: ReadonlyMap<CapabilityKind, Listing>): string[] {
  return [...found.values()].flatMap(({ warnings }) => warnings ?? []);
}

function unread(method: string, error: unknown): string {
  if (!(error instanceof ProbeFault)) throw error;
  return `The hub could not read what it offers: ${method} ${inWords(error.fault)}.`;
}

function inWords(fault: Fault): string {
  switch (fault.kind) {
    case "dial":
      return fault.error.code === "TIMEOUT"
        ? "was not answered in time"
        : `broke off (${fault.error.code})`;
    case "too-large":
      return `answers more than ${fault.limit}`;
    case "rpc-error":
      return `answers error ${fault.code}`;
    case "status":
    case "redirect":
    case "host-refused":
      return `answers HTTP ${fault.status}`;
    case "token-needed":
      return fault.status === undefined ? "wants a token" : `answers HTTP ${fault.status}`;
    case "not-mcp":
      return `answers ${fault.what}`;
    default:
      return "is not answered as MCP";
  }
}

function snapshotOf(
  greeting: ServerIntroduction,
  found: ReadonlyMap<CapabilityKind, Listing>,
): CapabilitySnapshot {
  const items = (kind: CapabilityKind) => found.get(kind)?.items ?? [];
  const hints = [...found.values()].flatMap(({ caching }) => caching ?? []);
  return assembleSnapshot(
    {
      ...greeting,
      ...(hints.length === 0 ? {} : { caching: strictest(hints) }),
      tools: items("tools"),
      resources: items("resources"),
      resourceTemplates: items("resourceTemplates"),
      prompts: items("prompts"),
    },
    sha256,
  );
}
