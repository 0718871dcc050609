import type { Diagnosis } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, RotateCw, TriangleAlert } from "lucide-react";
import { Ago } from "../live/ago.js";
import { Button } from "../parts/controls.js";
import { Badge, Empty, Loading, Panel, Problem } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { milliseconds } from "../parts/units.js";
import { CallsTable } from "./calls-table.js";
import { diagnosisQuery } from "./queries.js";

/** Why a server does not work: the hub's own answer, with all that belongs to it. */
export function DoctorTab({ id }: { readonly id: string }) {
  const { data, error, refetch, isFetching } = useQuery(diagnosisQuery(id));
  if (data === undefined)
    return error === null ? (
      <Loading what="the diagnosis" rows={3} />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  const { ok, summary, problems, changes, calls, steps } = data;
  const Icon = ok ? CircleCheck : CircleAlert;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4" data-testid="doctor">
      <Panel
        title={
          <span className={`flex items-center gap-2 ${ok ? "text-good" : "text-bad"}`}>
            <Icon className="size-5 shrink-0" aria-hidden="true" />
            {ok ? "It works" : "It does not work"}
          </span>
        }
        actions={
          <Button disabled={isFetching} onClick={() => void refetch()}>
            <RotateCw className="size-4" aria-hidden="true" />
            {isFetching ? "Looking…" : "Look again"}
          </Button>
        }
      >
        <p className="break-words" data-testid="summary">
          {summary}
        </p>
        {problems.length > 0 && (
          <ol aria-label="Problems" className="mt-3 grid grid-cols-[minmax(0,1fr)] gap-3">
            {problems.map((problem) => (
              <ProblemView
                key={`${problem.code} ${problem.endpoint} ${problem.cause}`}
                problem={problem}
              />
            ))}
          </ol>
        )}
      </Panel>
      <Panel title="How far the hub came, just now">
        <Steps steps={steps} />
      </Panel>
      <LastLines diagnosis={data} />
      {changes.length > 0 && (
        <Panel title="What happened">
          <ul className="grid grid-cols-1 gap-1.5 text-sm">
            {changes.map(({ at, text, fix }) => (
              <li key={`${at} ${text}`} className="min-w-0 break-words">
                <span className="text-soft">
                  <Ago at={at} />
                </span>{" "}
                {text} {fix}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {calls.length > 0 && (
        <Panel title="Recent calls">
          <CallsTable calls={calls} />
        </Panel>
      )}
    </div>
  );
}

function ProblemView({ problem }: { readonly problem: Diagnosis["problems"][number] }) {
  const { severity, code, cause, fix, endpoint } = problem;
  const isFault = severity === "fault";
  const Icon = isFault ? CircleAlert : TriangleAlert;
  return (
    <li
      data-problem={code}
      className={`rounded-lg border border-l-4 p-3 text-sm ${isFault ? "border-bad" : "border-warn"}`}
    >
      <p className="flex items-start gap-2">
        <Icon
          className={`mt-0.5 size-4 shrink-0 ${isFault ? "text-bad" : "text-warn"}`}
          aria-hidden="true"
        />
        <span className="min-w-0 break-words" data-testid="cause">
          {cause}
        </span>
      </p>
      <p className="mt-1.5 pl-6">
        <span className="text-soft">What to do: </span>
        <span data-testid="doctor-fix" className="font-medium break-words">
          {fix}
        </span>
      </p>
      {endpoint !== undefined && (
        <p className="mt-1 pl-6 text-xs text-soft">
          <code className="break-all">{endpoint}</code>
        </p>
      )}
    </li>
  );
}

const stepTones = { ok: "good", failed: "bad", skipped: "calm" } as const;

function Steps({ steps }: Pick<Diagnosis, "steps">) {
  return (
    <ol className="grid grid-cols-1 gap-1.5 text-sm">
      {steps.map(({ step, state, detail, ms }) => (
        <li key={step} className="flex flex-wrap items-baseline gap-x-2">
          <Badge tone={stepTones[state]}>{step}</Badge>
          <span className="min-w-0 break-words">{detail}</span>
          {state !== "skipped" && <span className="text-xs text-soft">{milliseconds(ms)}</span>}
        </li>
      ))}
    </ol>
  );
}

function LastLines({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { logs, isLogWanted } = diagnosis;
  const asks = isLogWanted
    ? "The hub asks for newer lines with the next heartbeat: look again in a moment."
    : "No heartbeat comes with which the hub could ask for them.";
  if (logs.length === 0)
    return (
      <Panel title="Its own last lines">
        <Empty title="The hub has none">
          A server that runs under <code>hub-register</code> sends what it printed last; one that
          uses <code>register</code> does so with the option <code>lastLines</code>. {asks}
        </Empty>
      </Panel>
    );
  return logs.map(({ instanceId, at, lines }) => (
    <Panel
      key={instanceId}
      title={
        <>
          Its own last lines{" "}
          <span className="text-sm font-normal text-soft">
            as of <Ago at={at} />
          </span>
        </>
      }
    >
      <ScrollArea label="Its own last lines" className="max-h-96 overflow-auto">
        <pre data-testid="last-lines" className="font-mono text-xs whitespace-pre-wrap">
          {lines.length === 0 ? "It has printed nothing." : lines.join("\n")}
        </pre>
      </ScrollArea>
      <p className="mt-2 text-xs text-soft">{asks}</p>
    </Panel>
  ));
}
