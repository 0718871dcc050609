import { useId, useState } from "react";
import { ChoiceLine } from "./choice-line.js";
import { ClientChoice } from "./client-choice.js";
import { HowToConnect } from "./connect-how.js";
import type { Choice } from "./search.js";

/** How to connect to some servers of the hub, or to one of its toolsets, with the clients people use. */
export function ConnectPanel({
  servers,
  toolset,
  isDirect = false,
}: {
  /** Ids. None: the whole hub. */
  readonly servers: readonly string[];
  /** The id of a toolset, in the place of servers. */
  readonly toolset?: string;
  /** Whether the servers' own endpoints are offered first. Default: the hub's are. */
  readonly isDirect?: boolean;
}): React.ReactNode {
  const name = useId();
  const [client, setClient] = useState<string>();
  const [how, setHow] = useState<Choice>({ isDirect, isSearch: false });
  const choice: Choice = {
    ...how,
    ...(toolset === undefined ? {} : { toolset }),
    ...(toolset === undefined && servers.length > 0 ? { servers: [...servers].sort() } : {}),
  };
  return (
    <ClientChoice
      choice={choice}
      client={client}
      onClient={setClient}
      line={
        toolset === undefined && (
          <ChoiceLine choice={choice}>
            <HowToConnect
              name={name}
              choice={how}
              onChange={({ isDirect, isSearch }) => setHow({ isDirect, isSearch })}
            />
          </ChoiceLine>
        )
      }
    />
  );
}
