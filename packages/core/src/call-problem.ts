import type { VerdictProblem } from "./verdict-problem.js";

/** What a verdict looks at of one call. */
export type RecentCall = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  readonly name?: string | undefined;
  readonly durationMs: number;
  readonly outcome: "ok" | "tool-error" | "error" | "cancelled" | "hub-error";
};

/** Older calls say little about why it does not work now. */
const mostLooked = 20;
/** A tool that says no now and then is no fault: models ask for wrong things. */
const shareOfToolErrors = 0.5;
const leastToolErrors = 3;

/** What a server of an older revision, or one without sessions, refuses as it should: clients only ask whether it has it. */
const asksWhetherThere: ReadonlySet<string> = new Set(["GET", "DELETE", "server/discover"]);

const words = {
  "hub-error": {
    what: "the hub got no answer",
    fix: "Look whether the server is up and whether the call takes longer than its time limit (PATCH /servers/{id} sets toolTimeoutsMs).",
  },
  error: {
    what: "the server refused it",
    fix: "Compare what the client sends with the tool's schema. If the tool is gone, the client needs the list again.",
  },
  "tool-error": {
    what: "the tool itself failed",
    fix: "Read the tool's answer and the server's own last lines: the tool was reached and says what went wrong.",
  },
} as const;

/** What the last calls, newest first, say about a server. */
export function callProblem(calls: readonly RecentCall[]): VerdictProblem[] {
  const looked = calls.filter(({ method }) => !asksWhetherThere.has(method)).slice(0, mostLooked);
  const refused = looked.filter(({ outcome }) => outcome === "error" || outcome === "hub-error");
  const saidNo = looked.filter(({ outcome }) => outcome === "tool-error");
  const isToolFailing =
    saidNo.length >= leastToolErrors && saidNo.length >= looked.length * shareOfToolErrors;
  const failed = refused.length > 0 ? refused : isToolFailing ? saidNo : [];
  const [last] = failed;
  if (last === undefined || last.outcome === "ok" || last.outcome === "cancelled") return [];
  const { what, fix } = words[last.outcome];
  const asked = last.name === undefined ? last.method : `${last.method} ${last.name}`;
  return [
    {
      severity: "warning",
      code: "CALLS_FAIL",
      cause: `Of its last ${looked.length} calls, ${failed.length} failed. Of the newest, ${asked} at ${new Date(last.at).toISOString()}: ${what} (${Math.round(last.durationMs)} ms).`,
      fix,
    },
  ];
}
