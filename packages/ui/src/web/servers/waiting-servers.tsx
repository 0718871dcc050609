import type { ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { AdmitButton } from "../access/admit-button.js";
import { Ago } from "../live/ago.js";
import { Panel } from "../parts/panels.js";

const mostShown = 5;

/** Above the list, which has admitted servers only: those that wait, for whoever may admit them. */
export function WaitingServers({ servers }: { readonly servers: readonly ServerSummary[] }) {
  if (servers.length === 0) return null;
  return (
    <Panel
      title={servers.length === 1 ? "One server waits" : `${servers.length} servers wait`}
      className="mb-5 border-line-strong"
    >
      <ul aria-label="Servers that wait" className="grid gap-2">
        {servers.slice(0, mostShown).map((server) => (
          <li
            key={server.id}
            data-waiting={server.id}
            className="flex flex-wrap items-center gap-x-3 gap-y-1"
          >
            <span className="min-w-0 flex-1">
              <Link
                to="/ui/servers/$id"
                params={{ id: server.id }}
                className="font-medium break-words hover:underline"
              >
                {server.name}
              </Link>
              {server.admission !== undefined && (
                <span className="ml-2 text-xs whitespace-nowrap text-soft">
                  <Ago at={server.admission.since} />
                </span>
              )}
            </span>
            <AdmitButton server={server} />
          </li>
        ))}
      </ul>
      {servers.length > mostShown && (
        <Link
          to="/ui/access"
          search={{ tab: "waiting" }}
          className="mt-3 inline-block text-accent hover:underline"
        >
          All {servers.length}
        </Link>
      )}
    </Panel>
  );
}
