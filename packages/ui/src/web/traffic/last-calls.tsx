import type { Call } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Ago } from "../live/ago.js";
import { Button } from "../parts/controls.js";
import { Badge, Empty, Loading, Panel, Problem } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { byteSize, milliseconds } from "./figures.js";
import { keyed } from "./keyed.js";
import { callsQuery } from "./queries.js";

const outcomes: Readonly<
  Record<
    Call["outcome"],
    {
      readonly word: string;
      readonly tone: "good" | "bad" | "warn" | "calm";
      readonly hint: string;
    }
  >
> = {
  ok: { word: "OK", tone: "good", hint: "The call was answered." },
  "tool-error": { word: "Tool error", tone: "warn", hint: "The tool itself failed." },
  error: { word: "Refused", tone: "bad", hint: "The server refused the call." },
  cancelled: { word: "Cancelled", tone: "calm", hint: "The client cancelled it." },
  "hub-error": { word: "No answer", tone: "bad", hint: "The hub could not get an answer." },
};

const steps = [20, 100, 1_000] as const;
const heads = ["When", "Server", "What", "Outcome", "Took", "Bytes", "Client"] as const;

function CallRow({ call, name }: { readonly call: Call; readonly name: string }) {
  const outcome = outcomes[call.outcome];
  return (
    <tr data-outcome={call.outcome} className="h-9 border-b border-line last:border-0">
      <td className="pr-3 pl-4 whitespace-nowrap text-soft sm:pl-5">
        <Ago at={call.at} />
      </td>
      <td className="max-w-48 truncate pr-3">
        <Link
          to="/ui/servers/$id"
          params={{ id: call.serverId }}
          className="text-accent hover:underline"
        >
          {name}
        </Link>
      </td>
      <td className="max-w-72 truncate pr-3" title={`${call.method} ${call.name ?? ""}`.trim()}>
        <span className="font-mono text-[0.8125rem]">{call.name ?? call.method}</span>
      </td>
      <td className="pr-3">
        <Badge tone={outcome.tone} title={outcome.hint}>
          {outcome.word}
        </Badge>
      </td>
      <td className="pr-3 whitespace-nowrap tabular-nums">{milliseconds(call.durationMs)}</td>
      <td className="pr-3 whitespace-nowrap tabular-nums">{byteSize(call.bytes)}</td>
      <td className="max-w-40 truncate pr-4 text-soft sm:pr-5">{call.client ?? "–"}</td>
    </tr>
  );
}

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
        <ScrollArea label="Last calls" className="-mx-4 overflow-x-auto sm:-mx-5">
          <table className="w-full text-left text-sm">
            <thead className="border-b border-line text-xs text-soft">
              <tr>
                {heads.map((head) => (
                  <th
                    key={head}
                    scope="col"
                    className="py-2 pr-3 font-medium first:pl-4 sm:first:pl-5"
                  >
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {keyed(calls).map(([key, call]) => (
                <CallRow key={key} call={call} name={names.get(call.serverId) ?? call.serverId} />
              ))}
            </tbody>
          </table>
        </ScrollArea>
      )}
      {calls !== undefined && calls.length >= limit && step < steps.length - 1 && (
        <div className="mt-3 text-center">
          <Button onClick={() => setStep(step + 1)}>Show up to {steps[step + 1]}</Button>
        </div>
      )}
    </Panel>
  );
}
