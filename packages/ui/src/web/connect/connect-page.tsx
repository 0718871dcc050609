import { useNavigate, useSearch } from "@tanstack/react-router";
import { PageHead, Panel } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { ChoiceLine } from "./choice-line.js";
import { ClientChoice } from "./client-choice.js";
import { HowToConnect } from "./connect-how.js";
import { type Choice, choiceOf, searchOf } from "./search.js";
import { ServerChips } from "./server-chips.js";
import { WhatToConnect } from "./what-to-connect.js";

/** Ready configuration for whatever a person connects with. The whole choice is in the URL. */
export function ConnectPage(): React.ReactNode {
  useTitle("Connect");
  const search = useSearch({ from: "/ui/connect" });
  const navigate = useNavigate();
  const choice = choiceOf(search);
  const go = (client: string | undefined, next: Choice) =>
    void navigate({
      to: "/ui/connect",
      search: searchOf(client, next),
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <PageHead
        title="Connect"
        lead="Connect your editor, agent or program to the servers of this hub."
      />
      <Panel title="Client">
        <ClientChoice
          choice={choice}
          client={search.client}
          onClient={(client) => go(client, choice)}
          line={
            <>
              <ServerChips choice={choice} onChange={(next) => go(search.client, next)} />
              <ChoiceLine choice={choice}>
                <WhatToConnect choice={choice} onChange={(next) => go(search.client, next)} />
                {choice.toolset === undefined && (
                  <HowToConnect
                    name="connect"
                    choice={choice}
                    onChange={(next) => go(search.client, next)}
                  />
                )}
              </ChoiceLine>
            </>
          }
        />
      </Panel>
    </>
  );
}
