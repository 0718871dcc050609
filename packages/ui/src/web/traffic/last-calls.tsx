import type { Call } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Ago } from "../live/ago.js";
import { Button } from "../parts/controls.js";
import { type Column, DataTable } from "../parts/data-table.js";
import { Badge, Empty, Loading, Panel, Problem } from "../parts/panels.js";
import { byteSize, milliseconds } from "../parts/units.js";
import { keyed } from "./keyed.js";
import { outcomes } from "./outcomes.js";
import { callsQuery } from "./queries.js";

const steps = [20, 100, 1_000] as const;

type Line = Call & { readonly key: string; readonly serverName: string };

const columns: readonly Column<Line>[] = [
  {
    name: "When",
    cell: ({ at }) => (
      <span className="text-soft">
        <Ago at={at} />
      </span>
    ),
  },
  {
    name: "Server",
    cell: ({ serverId, serverName }) => (
      <Link
        to="/ui/servers/$id"
        params={{ id: serverId }}
        className="block text-accent hover:underline sm:max-w-48 sm:truncate"
      >
        {serverName}
      </Link>
    ),
  },
  {
    name: "What",
    isName: true,
    cell: ({ method, name }) => (
      <span
        className="block font-mono text-code sm:max-w-72 sm:truncate"
        title={`${method} ${name ?? ""}`.trim()}
      >
        {name ?? method}
      </span>
    ),
  },
  {
    name: "Outcome",
    cell: ({ outcome }) => {
      const { tone, hint, word } = outcomes[outcome];
      return (
        <span data-outcome={outcome}>
          <Badge tone={tone} title={hint}>
            {word}
          </Badge>
        </span>
      );
    },
  },
  {
    name: "Client",
    cell: ({ client }) => (
      <span className="block text-soft sm:max-w-40 sm:truncate">{client ?? "–"}</span>
    ),
  },
  { name: "Took", isNumber: true, cell: ({ durationMs }) => milliseconds(durationMs) },
  { name: "Bytes", isNumber: true, cell: ({ bytes }) => byteSize(bytes) },
];

/** The last calls, newest first, without what was asked and answered. */
export function LastCalls({
  server,
  names,
}: {
  readonly server: string | undefined;
  readonly names: ReadonlyMap<string, string>;
}) {
  const [step, setStep] = useState(0);
  const limit = steps[step] ?? 1_000;
  const { data, isError, error, refetch } = useQuery(callsQuery(server, limit));
  const calls = data?.calls;
  return (
    <Panel title="Last calls">
      {calls === undefined ? (
        isError ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading what="calls" className="h-9" />
        )
      ) : calls.length === 0 ? (
        <Empty title="No calls yet">The hub keeps the last 1,000 since it started.</Empty>
      ) : (
        <DataTable
          label="Last calls"
          columns={columns}
          rows={keyed(calls).map(([key, call]) => ({
            ...call,
            key,
            serverName: names.get(call.serverId) ?? call.serverId,
          }))}
          keyOf={({ key }) => key}
        />
      )}
      {calls !== undefined && calls.length >= limit && step < steps.length - 1 && (
        <div className="mt-3 text-center">
          <Button onClick={() => setStep(step + 1)}>Show up to {steps[step + 1]}</Button>
        </div>
      )}
    </Panel>
  );
}
