import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { HistoryPanel } from "../history/history-panel.js";
import type { TimeSearch } from "../history/range.js";
import { Empty, Loading, Panel, Problem } from "../parts/panels.js";
import { CallsTable } from "./calls-table.js";
import { callsQuery, mostCalls, trafficQuery } from "./queries.js";
import { TrafficTable } from "./traffic-table.js";

/** Who called this server through the hub, lately and in all. */
export function CallsTab({ id }: { readonly id: string }) {
  const calls = useQuery(callsQuery(id));
  const traffic = useQuery(trafficQuery(id));
  const [time, setTime] = useState<TimeSearch>({});
  const error = calls.error ?? traffic.error;
  if (calls.data === undefined || traffic.data === undefined) {
    if (error === null) return <Loading what="calls" rows={5} className="h-12" />;
    const again = () => {
      void calls.refetch();
      void traffic.refetch();
    };
    return <Problem error={error} onRetry={again} />;
  }
  if (calls.data.calls.length === 0 && traffic.data.rows.length === 0)
    return (
      <Empty title="No calls through the hub yet">
        Calls appear here as they happen. They go through{" "}
        <code className="break-all">
          {window.location.origin}/servers/{id}/mcp
        </code>{" "}
        or the hub&apos;s own <code>/mcp</code>. The hub counts them since its start.
      </Empty>
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <HistoryPanel server={id} time={time} onTime={setTime} />
      <Panel title="Since the hub started">
        <TrafficTable rows={traffic.data.rows} />
      </Panel>
      <Panel title={calls.data.calls.length < mostCalls ? "Calls" : `The last ${mostCalls} calls`}>
        <CallsTable calls={calls.data.calls} />
      </Panel>
    </div>
  );
}
