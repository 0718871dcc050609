import { attentionOf } from "./attention.js";
import { callProblem, type RecentCall } from "./call-problem.js";
import { type Entry, type Instance, leadingInstance, serverStatus } from "./entry.js";
import type { JournalEvent } from "./events.js";
import type { Now } from "./health.js";
import { type Examined, instanceProblems } from "./instance-problems.js";
import { isHidden } from "./shown-profile.js";
import type { VerdictProblem } from "./verdict-problem.js";

/** All that the hub knows when somebody asks why a server does not work. */
export type VerdictFacts = {
  readonly entry: Entry;
  readonly now: Now;
  /** Other names at an endpoint of this one. Default: none. */
  readonly neighbours?: readonly Entry[];
  /** What a look at one of its instances found just now. Default: nobody looked. */
  readonly examined?: Examined | undefined;
  /** The last calls, newest first. Default: none. */
  readonly calls?: readonly RecentCall[];
  /** Whether a server is registered at an endpoint, under any name. Default: at none. */
  readonly isRegistered?: (endpoint: string) => boolean;
  /** What happened to it, newest first. Default: nothing. */
  readonly changes?: readonly JournalEvent[];
};

/** Why a server does not work, or that it does. */
export type Verdict = {
  /** Nothing keeps anybody from using it. There may be warnings. */
  readonly ok: boolean;
  /** One sentence. */
  readonly summary: string;
  /** The weightiest first. */
  readonly problems: readonly VerdictProblem[];
};

/**
 * Why a server does not work, from what the hub knows of it: the one place where that is decided, for the page,
 * the command line, REST and agents. Pure.
 */
export function verdictOf(facts: VerdictFacts): Verdict {
  const { entry, now, neighbours = [], examined, calls = [] } = facts;
  const { record, instances } = entry;
  const problems: VerdictProblem[] = [
    ...(instances.length === 0 ? [hasLeft(entry, examined)] : []),
    ...[...instances].sort(worstFirst).flatMap((instance) => {
      const isExamined = examined !== undefined && examined.instanceId === instance.record.id;
      return instanceProblems(instance, now, isExamined ? examined : undefined);
    }),
    ...(isHidden(record) ? [hidden] : []),
    ...conflicts(facts, now),
    ...attentionOf(entry, neighbours).map((one) => ({ severity: "warning", ...one }) as const),
    ...callProblem(calls),
  ];
  const faults = problems.filter(({ severity }) => severity === "fault");
  const sorted = [...faults, ...problems.filter(({ severity }) => severity === "warning")];
  return { ok: faults.length === 0, summary: summaryOf(entry, sorted), problems: sorted };
}

function summaryOf({ record, instances }: Entry, problems: readonly VerdictProblem[]): string {
  const name = JSON.stringify(record.name);
  const [first] = problems;
  const status = instances.length === 0 ? "gone" : serverStatus(instances);
  if (first === undefined) return `${name} is ${status}, and the hub finds nothing wrong with it.`;
  if (first.severity === "fault")
    return `${name} is ${status === "up" ? "still listed as up" : status}. ${first.cause}`;
  const count = problems.length === 1 ? "one thing needs" : `${problems.length} things need`;
  return `${name} is ${status}, but ${count} attention. ${first.cause}`;
}

const worstFirst = (one: Instance, other: Instance): number =>
  leadingInstance([one, other]) === one ? 1 : -1;

function hasLeft({ record }: Entry, examined: Examined | undefined): VerdictProblem {
  const { emptySince, lastEndpoint } = record;
  const when = emptySince === undefined ? "" : ` at ${new Date(emptySince).toISOString()}`;
  const isThere = examined?.isReached === true;
  return {
    severity: "fault",
    code: "LEFT",
    endpoint: lastEndpoint,
    cause: isThere
      ? `It left the hub${when}, although a server still answers at ${lastEndpoint}.`
      : `It left the hub${when}: it was stopped, and took itself off the list.`,
    fix: isThere
      ? "Register it again: restart it, or see why its helper was closed while the server went on."
      : "Start it again. It comes back by itself.",
  };
}

const hidden: VerdictProblem = {
  severity: "fault",
  code: "HIDDEN",
  cause: "An operator hid it, so no list, no search and no /mcp shows it.",
  fix: 'Show it again with PATCH /servers/{id} and {"hidden": null}, or ask with ?hidden=true.',
};

/** A refusal that is older concerns nobody who asks now. */
const conflictsForMs = 600_000;

function conflicts({ changes = [], isRegistered }: VerdictFacts, { wall }: Now): VerdictProblem[] {
  const found = changes.find(
    (event) =>
      event.kind === "name-conflict" &&
      wall - event.at < conflictsForMs &&
      // It has found a name of its own, or the holder has left.
      isRegistered?.(event.endpoint) !== true,
  );
  if (found?.kind !== "name-conflict") return [];
  return [
    {
      severity: "warning",
      code: "NAME_CONFLICT",
      endpoint: found.endpoint,
      cause: `${found.endpoint} wants this name too and does not get it: ${found.holder.endpoint} has it and is alive.`,
      fix: "Rename one of the two, or stop the one you do not need. Processes of the same server share a name with the same MCP_HUB_SERVICE_KEY.",
    },
  ];
}
