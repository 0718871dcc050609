import type { AuditLine } from "@hub/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, inputClass } from "../parts/controls.js";
import { type Column, DataTable } from "../parts/data-table.js";
import { Badge, Empty, Loading, Problem } from "../parts/panels.js";
import { SearchInput } from "../parts/search-input.js";
import { useDebounced } from "../parts/use-debounced.js";
import { actionOf, actions, actionWords, outcomeTones } from "./audit-words.js";
import { auditQuery } from "./queries.js";
import type { AccessSearch } from "./search.js";

const columns: readonly Column<AuditLine>[] = [
  {
    name: "Time",
    cell: ({ at }) => (
      <time dateTime={at}>
        {new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" })}
      </time>
    ),
  },
  {
    name: "Who",
    cell: ({ who, from }) => (
      <span title={from === undefined ? who.id : `${who.id}, from ${from}`}>
        {who.name ?? who.id}
      </span>
    ),
  },
  { name: "Action", isName: true, cell: ({ action }) => actionWords[action] },
  {
    name: "Subject",
    cell: ({ server, subject, count }) => {
      const what = [server, subject].filter((one) => one !== undefined).join(" · ");
      return (
        <span className="block max-w-[40ch] truncate" title={what}>
          {what === "" ? "–" : what}
          {count !== undefined && ` (${count} times)`}
        </span>
      );
    },
  },
  {
    name: "Outcome",
    cell: ({ outcome, code }) => (
      <>
        <Badge tone={outcomeTones[outcome]}>{outcome}</Badge>
        {code !== undefined && <code className="ml-2 text-xs">{code}</code>}
      </>
    ),
  },
];

/** Who did what to what, and what came of it, newest first. */
export function Audit(): React.ReactNode {
  const search: AccessSearch = useSearch({ from: "/ui/access" });
  const navigate = useNavigate();
  const { server = "" } = search;
  const settled = useDebounced(server);
  const action = actionOf(search.action);
  const change = (next: AccessSearch) =>
    void navigate({ to: "/ui/access", search: { ...search, ...next }, replace: true });
  return (
    <>
      <search aria-label="Audit" className="mb-4 flex flex-wrap items-center gap-2">
        <select
          aria-label="Action"
          value={action ?? ""}
          onChange={(event) => change({ action: actionOf(event.target.value) })}
          className={`${inputClass} w-auto max-w-60 min-w-0 pr-8`}
        >
          <option value="">All actions</option>
          {actions.map((one) => (
            <option key={one} value={one}>
              {actionWords[one]}
            </option>
          ))}
        </select>
        {/* No list to choose from: most who look here look for what is gone. */}
        <SearchInput
          label="Server id"
          value={server}
          onChange={(text) => change({ server: text === "" ? undefined : text })}
          className="w-auto min-w-0 font-mono"
        />
      </search>
      <Lines action={action} server={settled === "" ? undefined : settled} />
    </>
  );
}

function Lines(of: {
  readonly action: AuditLine["action"] | undefined;
  readonly server: string | undefined;
}) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    auditQuery(of),
  );
  if (data === undefined)
    return error === null ? (
      <Loading what="the audit" rows={5} className="h-12" />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  const lines = data.pages.flatMap((page) => page.lines);
  if (lines.length === 0) return <Empty title="Nothing in the audit fits." />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <DataTable
        label="Lines of the audit"
        columns={columns}
        rows={lines}
        keyOf={({ seq }) => String(seq)}
      />
      {error !== null && <Problem error={error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && (
        <Button
          className="justify-self-center"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {isFetchingNextPage ? "Loading…" : "Show more"}
        </Button>
      )}
    </div>
  );
}
