import type { BudgetBook } from "@hub/core";
import type { BudgetUse } from "@hub/core/limits";
import type { ClientSession } from "./client-session.js";

/** Has the budgets know how much the sessions that are open use of them. */
export function watchSessions(budgets: BudgetBook, all: () => Iterable<ClientSession>): void {
  const most = (count: (session: ClientSession) => number) => () => mostOf(all(), count);
  budgets.watch(
    "identityBytes",
    most(({ identity }) => identity.bytes),
  );
  budgets.watch(
    "questions",
    most(({ questions }) => questions.size),
  );
  budgets.watch("principalSessions", () => mostOfPrincipal(all()));
}

/** The session that has most of something, by the address of its client. */
function mostOf(
  sessions: Iterable<ClientSession>,
  count: (session: ClientSession) => number,
): BudgetUse {
  let most: BudgetUse = { used: 0 };
  for (const session of sessions) {
    const used = count(session);
    if (used > most.used) most = { used, by: session.peer };
  }
  return most;
}

function mostOfPrincipal(sessions: Iterable<ClientSession>): BudgetUse {
  let most: BudgetUse = { used: 0 };
  const counts = new Map<string, number>();
  for (const { peer, principal } of sessions) {
    if (principal.kind === "anonymous") continue;
    const used = (counts.get(peer) ?? 0) + 1;
    counts.set(peer, used);
    if (used > most.used) most = { used, by: peer };
  }
  return most;
}
