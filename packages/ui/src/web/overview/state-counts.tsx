import type { ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { serverStates, stateOf } from "../parts/seriousness.js";
import { StatusShape, statusTone, statusWord } from "../parts/status.js";
import type { ServersSearch } from "../servers/search.js";

/**
 * How many servers are how, the most serious first; each leads to those. In the list itself it takes the place of the
 * other states, keeps what else is searched for, and leads back when it is chosen already.
 */
export function StateCounts({
  servers,
  search = {},
  isSmall = false,
}: {
  readonly servers: readonly ServerSummary[];
  readonly search?: ServersSearch;
  /** Whether it is a filter beside others, and not the answer. Default: no. */
  readonly isSmall?: boolean;
}) {
  const counts = serverStates
    .map((state) => ({ state, count: servers.filter((one) => stateOf(one) === state).length }))
    // What is chosen must still be seen when no server is so any more, or nobody could take it back.
    .filter(({ state, count }) => count > 0 || state === search.status);
  return (
    <ul
      aria-label="Servers by state"
      className={`flex flex-wrap gap-2 ${isSmall ? "mb-3" : "mb-5"}`}
    >
      {counts.map(({ state, count }) => {
        const isChosen = state === search.status;
        return (
          <li key={state}>
            <Link
              to="/ui/servers"
              search={{ ...search, status: isChosen ? undefined : state }}
              replace={isSmall}
              data-count={state}
              aria-current={isChosen ? "true" : undefined}
              className={`flex items-center rounded-xl border-2 hover:border-current ${isChosen ? "border-current" : "border-transparent"} ${isSmall ? "min-h-9 gap-1.5 px-2.5" : "gap-2 px-3 py-2"} ${statusTone(state)}`}
            >
              <StatusShape status={state} className={isSmall ? "size-4" : "size-5"} />
              <span className={`font-semibold tabular-nums ${isSmall ? "text-sm" : "text-lg"}`}>
                {count}
              </span>
              <span className="font-medium whitespace-nowrap">
                {statusWord(state).toLowerCase()}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
