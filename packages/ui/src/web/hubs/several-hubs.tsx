import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { Boundary } from "../parts/fault.js";
import { lazyPart } from "../parts/lazy-part.js";
import { Loading, Panel } from "../parts/panels.js";
import { hubsQuery } from "./queries.js";

// Most hubs are alone: nobody waits for a table of them.
const HubList = lazyPart(async () => (await import("./hub-list.js")).HubList);

/** The hubs on the overview, where there are several. */
export function SeveralHubs(): React.ReactNode {
  const hubs = useQuery(hubsQuery).data?.hubs ?? [];
  if (hubs.length < 2) return null;
  const working = hubs.filter(({ state }) => state === "working").length;
  return (
    <Panel title={`${working} of ${hubs.length} hubs work`} className="mt-5">
      <Boundary>
        <Suspense fallback={<Loading what="hubs" className="h-24" />}>
          <HubList />
        </Suspense>
      </Boundary>
    </Panel>
  );
}
