import type { AuditLine } from "@hub/client";
import { type Line, type Piece, toned } from "./styled.js";

function outcomePiece(outcome: AuditLine["outcome"]): Piece {
  if (outcome === "done" || outcome === "ok") return toned(outcome, "good");
  if (outcome === "cancelled") return outcome;
  return toned(outcome, outcome === "tool-error" ? "warning" : "bad");
}

const localTime = (at: string): string => {
  const date = new Date(at);
  const offset = date.getTimezoneOffset() * 60_000;
  return new Date(date.getTime() - offset).toISOString().slice(0, 19).replace("T", " ");
};

/** One line of the audit, for people: when, who, what, to what, what came of it, from where. */
export function auditText({
  at,
  who,
  from,
  action,
  server,
  method,
  subject,
  outcome,
  code,
  count,
}: AuditLine): Line {
  return [
    toned(localTime(at), "dim"),
    `  ${who.name ?? who.id}  ${action}  `,
    ...(server === undefined ? [] : [toned(server, "name"), " "]),
    // Of a call of a tool, the tool says it all.
    ...(method === undefined || method === "tools/call" ? [] : [`${method} `]),
    ...(subject === undefined ? [] : [`${subject} `]),
    outcomePiece(outcome),
    ...(code === undefined ? [] : [` ${code}`]),
    ...(count === undefined ? [] : [` (${count} ${count === 1 ? "time" : "times"})`]),
    ...(from === undefined ? [] : [toned(`  from ${from}`, "dim")]),
  ];
}
