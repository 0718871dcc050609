import type { Diagnosis } from "@hub/client";
import { type Line, toned } from "../command-line/styled.js";
import { ago } from "../command-line/words.js";
import type { DoctorAnswer } from "./consult.js";
import type { AnyProblem } from "./problem.js";

const mostChanges = 5;
const mostCalls = 5;
const mostLines = 20;

/** What the doctor found, for a person. */
export function shownAnswer(answer: DoctorAnswer, now: Date): readonly Line[] {
  const { problems, diagnoses, hub, moreServers, sameCatalogue } = answer;
  const ofServers = new Set<AnyProblem>(diagnoses.flatMap((one) => one.problems));
  const own = problems.filter((problem) => !ofServers.has(problem));
  return [
    ...own.flatMap(problemLines),
    ...diagnoses.flatMap((diagnosis) => diagnosisLines(diagnosis, now)),
    ...(moreServers === 0
      ? []
      : [
          `${moreServers} more ${moreServers === 1 ? "server is" : "servers are"} not up: mcp-hub list`,
        ]),
    ...sameCatalogue.map(
      (url) => `${url} is another hub on the same database: both have one catalogue.`,
    ),
    ...(problems.length === 0 && diagnoses.length === 0
      ? [[toned("✓ ", "good"), `Nothing is wrong with the hub at ${hub} and its servers.`]]
      : []),
  ];
}

function problemLines({ severity, code, cause, fix }: AnyProblem): readonly Line[] {
  const isFault = severity === "fault";
  return [
    [toned(isFault ? "✗ " : "! ", isFault ? "bad" : "warning"), cause, toned(`  ${code}`, "dim")],
    [toned("  fix: ", "dim"), toned(fix, "strong")],
  ];
}

function diagnosisLines(diagnosis: Diagnosis, now: Date): readonly Line[] {
  const { ok, summary, steps, problems, changes, calls, logs, isLogWanted } = diagnosis;
  const taken = steps.filter(({ state }) => state !== "skipped");
  return [
    [toned(ok ? "✓ " : "✗ ", ok ? "good" : "bad"), toned(summary, "strong")],
    ...problems.flatMap((problem) => {
      const [cause, ...fix] = problemLines(problem);
      // The summary may say it already.
      return cause === undefined || summary.includes(problem.cause) ? fix : [cause, ...fix];
    }),
    ...titled(
      "how far the hub came",
      taken.map(
        ({ step, state, detail, ms }): Line => [
          toned(state === "ok" ? "✓ " : "✗ ", state === "ok" ? "good" : "bad"),
          step.padEnd(9),
          `${detail} `,
          toned(`${Math.round(ms)} ms`, "dim"),
        ],
      ),
    ),
    ...titled(
      "what changed",
      changes
        .slice(0, mostChanges)
        .map(({ at, text }): Line => [toned(ago(at, now).padEnd(11), "dim"), text]),
    ),
    ...titled(
      "recent calls",
      calls
        .slice(0, mostCalls)
        .map(
          ({ at, method, name, outcome, durationMs }): Line => [
            toned(ago(at, now).padEnd(11), "dim"),
            `${method} ${name ?? ""} `,
            toned(outcome, outcome === "ok" ? "good" : "bad"),
            toned(` ${Math.round(durationMs)} ms`, "dim"),
          ],
        ),
    ),
    ...logs
      .slice(0, 1)
      .flatMap(({ at, lines }) =>
        titled(`its own last lines, as of ${ago(at, now)}`, lines.slice(-mostLines)),
      ),
    ...(isLogWanted
      ? [
          toned(
            "  The hub asks the server for newer lines of its log; ask again in a moment.",
            "dim",
          ),
        ]
      : []),
    "",
  ];
}

function titled(title: string, lines: readonly Line[]): readonly Line[] {
  if (lines.length === 0) return [];
  return [
    toned(`  ${title}`, "dim"),
    ...lines.map(
      (line): Line =>
        ["    ", ...(typeof line === "string" || !Array.isArray(line) ? [line] : line)] as Line,
    ),
  ];
}
