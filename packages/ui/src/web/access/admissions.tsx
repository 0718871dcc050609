import type { ServerSummary } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { serverQuery } from "../api/queries.js";
import { Ago } from "../live/ago.js";
import { Button } from "../parts/controls.js";
import { Badge, Empty, Facts, Loading, Problem } from "../parts/panels.js";
import { StatusMark } from "../parts/status.js";
import { useJudge } from "./changes.js";
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

const because = {
  new: "Nobody let this name in yet.",
  "other-registrant": "Somebody else registers it than the one who was let in.",
  "other-host": "It is at another host than the one that was let in.",
} as const;

function AdmissionRow({ server }: { readonly server: ServerSummary }) {
  const { id, name, admission, capabilities, status } = server;
  const detail = useQuery(serverQuery(id));
  const judge = useJudge(id);
  if (admission === undefined) return null;
  const [instance] = detail.data?.instances ?? [];
  const alike = detail.data?.lookAlikes ?? [];
  const etag = detail.data?.etag ?? "";
  const isWaiting = admission.state === "waiting";
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
        <Badge tone={isWaiting ? "warn" : "bad"}>{admission.state}</Badge>
        <span className="text-xs text-soft">
          since <Ago at={admission.since} />
        </span>
      </div>
      {admission.because !== undefined && (
        <p className="mb-2 text-sm">{because[admission.because]}</p>
      )}
      {alike.length > 0 && (
        <p className="mb-2 rounded-lg bg-warn-soft p-2 text-sm text-warn">
          Its name looks like that of {alike.map((one) => one.name).join(", ")}.
        </p>
      )}
      <Facts
        facts={[
          ["Endpoint", <code key="endpoint">{server.endpoint}</code>],
          ["Registered by", instance?.registeredBy?.name ?? instance?.registeredBy?.id],
          ["From", instance?.registeredFrom],
          [
            "Offers",
            capabilities === null
              ? "not read yet"
              : `${capabilities.tools} tools, ${capabilities.resources} resources, ${capabilities.prompts} prompts`,
          ],
          ["Reason", admission.reason],
        ]}
      />
      {judge.error !== null && (
        <div className="mt-3">
          <Problem error={judge.error} />
        </div>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button
          look="solid"
          disabled={judge.isPending || etag === ""}
          onClick={() => judge.mutate({ isAdmitted: true, etag })}
        >
          Let it in
        </Button>
        {isWaiting && (
          <Button
            look="danger"
            disabled={judge.isPending || etag === ""}
            onClick={() => judge.mutate({ isAdmitted: false, etag })}
          >
            Refuse it
          </Button>
        )}
      </div>
    </li>
  );
}
