import type { HubView } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Ago } from "../live/ago.js";
import { type Column, DataTable } from "../parts/data-table.js";
import { Badge, Problem } from "../parts/panels.js";
import { hubsQuery } from "./queries.js";

const tones = { working: "good", joining: "calm", silent: "bad" } as const;

const columns: readonly Column<HubView>[] = [
  {
    name: "Hub",
    isName: true,
    cell: ({ id, isSelf, isLeader, hasAnotherKey }) => (
      <span className="flex flex-wrap items-center gap-1.5">
        <code className="text-xs" title={id}>
          {id.slice(0, 8)}
        </code>
        {isSelf && <Badge tone="accent">this one</Badge>}
        {isLeader && (
          <Badge title="It does what one hub does for all, such as trimming">leads</Badge>
        )}
        {hasAnotherKey && (
          <Badge
            tone="warn"
            title="It has not the key of the hubs on its database, so it takes no credentials: give it their key (MCP_HUB_SECRET_KEY_FILE), and restart it"
          >
            another key
          </Badge>
        )}
      </span>
    ),
  },
  { name: "State", cell: ({ state }) => <Badge tone={tones[state]}>{state}</Badge> },
  { name: "Probes", isNumber: true, cell: ({ servers }) => servers ?? "" },
  { name: "Last beat", cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
  { name: "Running since", cell: ({ startedAt }) => <Ago at={startedAt} /> },
  { name: "Version", cell: ({ version }) => version },
  { name: "Address", cell: ({ address }) => address ?? "" },
];

/** The hubs that share the catalogue, as the one sees them that this page is from. */
export function HubList(): React.ReactNode {
  const list = useQuery(hubsQuery);
  if (list.isError && list.data === undefined)
    return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <DataTable label="Hubs" columns={columns} rows={list.data?.hubs ?? []} keyOf={({ id }) => id} />
  );
}
