import type { InstanceDetail } from "@hub/api";
import { ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import { Ago } from "../live/ago.js";
import { StatusMark } from "../parts/status.js";
import {
  Cell,
  HeadCell,
  NameCell,
  PlainCell,
  Row,
  Table,
  TableBody,
  TableHead,
} from "../parts/table.js";
import { milliseconds } from "../parts/units.js";
import { NextProbe } from "./countdowns.js";
import { InstanceDetails } from "./instance-details.js";

const heads = ["Instance", "Status", "Last seen", "Latency", "Next probe"] as const;

/** The processes of a server: a row each, and under it, when asked for, all that is known of one. */
export function InstanceTable({
  serverId,
  instances,
}: {
  readonly serverId: string;
  readonly instances: readonly InstanceDetail[];
}) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <Table label="Instances">
      <TableHead>
        {heads.map((head) => (
          <HeadCell key={head}>{head}</HeadCell>
        ))}
      </TableHead>
      <TableBody>
        {instances.map((instance) => {
          const { id, endpoint, status, lastSeenAt, probe } = instance;
          const isOpen = open.has(id);
          return (
            <Fragment key={id}>
              <Row data-instance={id} className="border-b border-line last:border-0">
                <NameCell className="sm:px-2 sm:py-1.5">
                  <button
                    type="button"
                    aria-expanded={isOpen}
                    aria-label={`All about ${endpoint}`}
                    onClick={() => toggle(id)}
                    className="flex max-w-full items-center gap-1 sm:max-w-name rounded-md text-left hover:text-accent"
                  >
                    <ChevronRight
                      className={`size-4 shrink-0 motion-safe:transition-transform ${isOpen ? "rotate-90" : ""}`}
                      aria-hidden="true"
                    />
                    <span className="truncate font-mono text-code" title={endpoint}>
                      {endpoint}
                    </span>
                  </button>
                </NameCell>
                <Cell label="Status">
                  <StatusMark status={status} />
                </Cell>
                <Cell label="Last seen" data-testid="last-seen">
                  <Ago at={lastSeenAt} />
                </Cell>
                <Cell label="Latency">
                  {probe?.ok === true ? milliseconds(probe.latencyMs) : "–"}
                </Cell>
                <Cell label="Next probe">
                  {probe === undefined ? (
                    "–"
                  ) : (
                    <NextProbe serverId={serverId} nextInMs={probe.nextInMs} />
                  )}
                </Cell>
              </Row>
              {isOpen && (
                <Row className="border-b border-line last:border-0">
                  <PlainCell colSpan={heads.length} className="col-span-2 sm:px-2 sm:pt-2 sm:pb-4">
                    <InstanceDetails instance={instance} />
                  </PlainCell>
                </Row>
              )}
            </Fragment>
          );
        })}
      </TableBody>
    </Table>
  );
}
