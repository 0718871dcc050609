import type { InstanceDetail } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { serverQuery } from "../api/queries.js";
import { Ago, span } from "../live/ago.js";
import { useNow } from "../live/clock.js";
import { Badge } from "../parts/panels.js";
import { leaseLeftMs } from "./amounts.js";

type Lease = NonNullable<InstanceDetail["lease"]>;

/** How long a lease still lasts without another heartbeat. It ticks. */
export function LeaseLeft({ lease }: { readonly lease: Lease | undefined }) {
  const now = useNow();
  if (lease === undefined)
    return <span className="text-soft">none: the hub&apos;s probe keeps it listed</span>;
  const left = leaseLeftMs(lease, now);
  const length = `of ${span(lease.ttlMs)}`;
  return (
    <span data-testid="lease" className="tabular-nums">
      {lease.isLost ? (
        <Badge tone="bad">lost</Badge>
      ) : left === undefined ? (
        <>{span(lease.ttlMs)}, no heartbeat yet</>
      ) : left <= 0 ? (
        <>running out</>
      ) : (
        <>
          {span(left + 999)} left {length}
        </>
      )}
      {lease.lastHeartbeatAt !== undefined && (
        <span className="text-soft">
          {" "}
          (last heartbeat <Ago at={lease.lastHeartbeatAt} />)
        </span>
      )}
    </span>
  );
}

/** When the hub probes an instance again. It ticks from the moment the hub said it. */
export function NextProbe({
  serverId,
  nextInMs,
}: {
  readonly serverId: string;
  readonly nextInMs: number;
}) {
  const now = useNow();
  const { dataUpdatedAt } = useQuery(serverQuery(serverId));
  const left = dataUpdatedAt + nextInMs - now;
  return <span className="tabular-nums">{left < 1_000 ? "now" : `in ${span(left)}`}</span>;
}
