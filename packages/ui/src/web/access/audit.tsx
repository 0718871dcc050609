import type { AuditLine } from "@hub/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../parts/controls.js";
import { type Column, DataTable } from "../parts/data-table.js";
import { Badge, Empty, Loading, Problem } from "../parts/panels.js";
import { useDebounced } from "../parts/use-debounced.js";
import { AuditFilters } from "./audit-filters.js";
import { AuditLineDialog } from "./audit-line.js";
import { actionOf, actionWords, outcomeOf, outcomeTones, outcomeWords } from "./audit-words.js";
import { type AuditFilter, auditQuery } from "./queries.js";
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
    cell: ({ who }) => <span title={who.id}>{who.name ?? who.id}</span>,
  },
  {
    name: "Address",
    cell: ({ from }) => (from === undefined ? "–" : <code className="text-xs">{from}</code>),
  },
  { name: "Action", isName: true, cell: (line) => <OpenLine line={line} /> },
  {
    name: "Subject",
    cell: ({ server, subject, count }) => {
      const what = [server, subject].filter((one) => one !== undefined).join(" · ");
      return (
        <span className="block sm:max-w-name sm:truncate" title={what}>
          {what === "" ? "–" : what}
          {count !== undefined && ` (${count} ${count === 1 ? "time" : "times"})`}
        </span>
      );
    },
  },
  {
    name: "Outcome",
    cell: ({ outcome, code }) => (
      <>
        <Badge tone={outcomeTones[outcome]}>{outcomeWords[outcome]}</Badge>
        {code !== undefined && <code className="ml-2 text-xs">{code}</code>}
      </>
    ),
  },
];

/** What was done, which opens the whole line. */
function OpenLine({ line }: { readonly line: AuditLine }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className="min-h-6 cursor-pointer text-left underline decoration-line-strong underline-offset-2 hover:decoration-current"
      >
        {actionWords[line.action]}
      </button>
      {isOpen && <AuditLineDialog line={line} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Who did what to what, and what came of it, newest first. */
export function Audit(): React.ReactNode {
  const search: AccessSearch = useSearch({ from: "/ui/access" });
  const { who, server, subject, since, until } = search;
  const of = useDebounced({
    who,
    server,
    subject,
    since,
    until,
    action: actionOf(search.action),
    outcome: outcomeOf(search.outcome),
  });
  return (
    <>
      <AuditFilters search={search} filter={of} />
      <Lines of={of} />
    </>
  );
}

function Lines({ of }: { readonly of: AuditFilter }) {
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
