import type { ServerSummary } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ago } from "../live/ago.js";
import { Empty, Loading, Problem } from "../parts/panels.js";
import { StatusMark } from "../parts/status.js";
import { AdmissionBadge } from "./admission-badge.js";
import { Judgement } from "./judgement.js";
import { admissionsQuery } from "./queries.js";

/** Servers that wait until an admin lets them in, and those that were refused, with what one needs to judge. */
export function Admissions(): React.ReactNode {
  const list = useQuery(admissionsQuery);
  const servers = list.data?.servers;
  if (servers === undefined)
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="what waits" className="h-28" />
    );
  if (servers.length === 0)
    return (
      <Empty title="No server waits">
        With MCP_HUB_ADMISSION=ask, a name that nobody let in waits here, and nobody but admins sees
        it.
      </Empty>
    );
  return (
    <ul aria-label="Admission" className="grid gap-3">
      {servers.map((server) => (
        <AdmissionRow key={server.id} server={server} />
      ))}
    </ul>
  );
}

function AdmissionRow({ server }: { readonly server: ServerSummary }) {
  const { id, name, admission, status } = server;
  if (admission === undefined) return null;
  return (
    <li data-admission={id} className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Link
          to="/ui/servers/$id"
          params={{ id }}
          className="min-w-0 font-medium break-words hover:underline"
        >
          {name}
        </Link>
        <StatusMark status={status} />
        <AdmissionBadge admission={admission} />
        <span className="text-xs text-soft">
          since <Ago at={admission.since} />
        </span>
      </div>
      <Judgement server={server} />
    </li>
  );
}
