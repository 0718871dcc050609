import { useQuery } from "@tanstack/react-query";
import { Empty, Loading, Problem } from "../parts/panels.js";
import { ClientGuide } from "./client-guide.js";
import { ClientTabs } from "./client-tabs.js";
import { clientsQuery } from "./queries.js";
import { type Choice, configPath } from "./search.js";

/** A tab for each client, with what it is told of the choice. */
export function ClientChoice({
  choice,
  client,
  line,
  onClient,
}: {
  readonly choice: Choice;
  /** Default, and for one that the hub does not know: the first. */
  readonly client: string | undefined;
  /** What is chosen, in one line above what the client is told. */
  readonly line?: React.ReactNode;
  readonly onClient: (client: string) => void;
}) {
  const list = useQuery(clientsQuery);
  const clients = list.data?.clients;
  if (clients === undefined) {
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="clients" rows={2} className="h-32" />
    );
  }
  const chosen = clients.find(({ id }) => id === client) ?? clients[0];
  if (chosen === undefined) return <Empty title="There is no configuration for this client" />;
  const path = configPath(chosen.id, choice);
  return (
    <ClientTabs clients={clients} chosen={chosen.id} onChoose={onClient}>
      {line !== undefined && line !== false && <div className="mb-4">{line}</div>}
      {path === undefined ? (
        <Empty title={choice.toolset === undefined ? "Choose a server" : "Choose a toolset first"}>
          Choose above what to connect to.
        </Empty>
      ) : (
        <ClientGuide client={chosen.id} choice={choice} path={path} />
      )}
    </ClientTabs>
  );
}
