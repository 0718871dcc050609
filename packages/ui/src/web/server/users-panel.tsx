import type { Call } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { historyQuery } from "../history/queries.js";
import { Ago } from "../live/ago.js";
import { Panel } from "../parts/panels.js";
import { callsQuery, mostCalls } from "./queries.js";

const mostShown = 5;

type User = { readonly name: string; readonly calls: number; readonly lastAt: string };

/** Who made these calls, who made the most first. `calls`: newest first. */
function usersOf(calls: readonly Call[]): readonly User[] {
  const users = new Map<string, User>();
  for (const { at, client, principal } of calls) {
    const name = [principal?.name ?? principal?.id, client].filter(Boolean).join(" with ");
    const known = users.get(name);
    users.set(name, {
      name: name === "" ? "a client without a name" : name,
      calls: (known?.calls ?? 0) + 1,
      lastAt: known?.lastAt ?? at,
    });
  }
  return [...users.values()].sort((one, other) => other.calls - one.calls).slice(0, mostShown);
}

/** Who uses a server, and what of it. */
export function UsersPanel({ id }: { readonly id: string }) {
  const calls = useQuery(callsQuery(id)).data?.calls ?? [];
  const history = useQuery(historyQuery(id, { range: "24h" })).data;
  const items = history !== undefined && "items" in history ? history.items : [];
  const users = usersOf(calls);
  return (
    <Panel title="Who uses it">
      {users.length === 0 && items.length === 0 ? (
        <p className="text-sm text-soft">Nobody has called it through the hub lately.</p>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 text-sm">
          {users.length > 0 && (
            <ul aria-label="Clients" className="grid gap-1">
              {users.map(({ name, calls: count, lastAt }) => (
                <li key={name} className="flex items-baseline gap-3">
                  <span className="min-w-0 flex-1 truncate" title={name}>
                    {name}
                  </span>
                  <span className="text-xs text-soft">
                    <Ago at={lastAt} />
                  </span>
                  <span className="tabular-nums">{count}×</span>
                </li>
              ))}
            </ul>
          )}
          {calls.length === mostCalls && (
            <p className="text-xs text-soft">Of its last {mostCalls} calls.</p>
          )}
          {items.length > 0 && (
            <div className="border-t border-line pt-3">
              <h3 className="mb-1 text-xs font-medium text-soft">Most called, 24 hours</h3>
              <ul aria-label="Most called" className="grid gap-1">
                {items.slice(0, mostShown).map(({ method, name, calls: count, errors }) => (
                  <li key={`${method} ${name}`} className="flex items-baseline gap-3">
                    <code className="min-w-0 flex-1 truncate font-mono text-code">
                      {name ?? method}
                    </code>
                    {errors > 0 && (
                      <span className="text-xs text-bad tabular-nums">
                        {errors} {errors === 1 ? "error" : "errors"}
                      </span>
                    )}
                    <span className="tabular-nums">{count.toLocaleString()}×</span>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      )}
    </Panel>
  );
}
