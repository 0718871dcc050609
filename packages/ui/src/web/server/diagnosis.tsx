import type { InstanceDetail, ServerDetail } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { CircleAlert, Info, Plug, Stethoscope, TriangleAlert } from "lucide-react";
import { usePolicy } from "../access/policy.js";
import { GiveTokenLink } from "../credentials/give-token-link.js";
import { buttonClass, CopyButton } from "../parts/controls.js";
import { StatusMark } from "../parts/status.js";
import { transportName } from "../servers/server-card.js";
import { mainActionFor } from "./main-action.js";
import { ProbeSteps } from "./probe-steps.js";
import { whatHappened } from "./trouble.js";

const tones = {
  bad: { icon: CircleAlert, box: "border-bad", text: "text-bad" },
  warn: { icon: TriangleAlert, box: "border-warn", text: "text-warn" },
  calm: { icon: Info, box: "border-line-strong", text: "text-calm" },
} as const;

function headOf(server: ServerDetail): { tone: keyof typeof tones; title: string } {
  if (server.instances.length === 0) return { tone: "calm", title: "This server has left the hub" };
  switch (server.status) {
    case "suspect":
      return { tone: "warn", title: "This server has just refused a connection" };
    case "needs-token":
      return { tone: "warn", title: "This server wants a token" };
    case "unreachable":
      return { tone: "bad", title: "The hub cannot reach this server" };
    case "degraded":
      return { tone: "warn", title: "Some of its instances do not answer" };
    case "down":
      return { tone: "bad", title: "This server is gone" };
    case "pending":
      return { tone: "calm", title: "The hub has not reached this server yet" };
    case "up":
      return { tone: "warn", title: "The server answers, but something needs attention" };
  }
}

/** What is wrong and what to do about it, in plain words. Nothing when all is well. */
export function Diagnosis({ server }: { readonly server: ServerDetail }) {
  const policy = usePolicy();
  const troubled = server.instances.filter(
    ({ status, warnings }) => status !== "up" || warnings.length > 0,
  );
  const isWell = server.status === "up" && troubled.length === 0 && server.warnings.length === 0;
  if (isWell) return null;
  const { tone, title } = headOf(server);
  const { icon: Icon, box, text } = tones[tone];
  const isDoctorOffered = mainActionFor(server, policy) === "doctor";
  const isOneOfMany = server.instances.length > 1;
  return (
    <section
      aria-labelledby="diagnosis"
      data-testid="diagnosis"
      className={`mb-5 rounded-xl border border-l-4 bg-surface p-4 shadow-card sm:p-5 ${box}`}
    >
      <h2 id="diagnosis" className={`flex items-center gap-2 font-semibold ${text}`}>
        <Icon className="size-5 shrink-0" aria-hidden="true" />
        {title}
      </h2>
      {server.instances.length === 0 && (
        <p className="mt-2 text-sm">
          It said goodbye. What it offered is kept below. Start it again and it comes back here by
          itself, or remove it.
        </p>
      )}
      {server.warnings.map((warning) => (
        <p key={warning} className="mt-2 text-sm">
          {warning}
        </p>
      ))}
      {troubled.map((instance) => (
        <Trouble key={instance.id} instance={instance} isOneOfMany={isOneOfMany} />
      ))}
      <p className="mt-3 flex flex-wrap gap-2 empty:hidden">
        <GiveTokenLink server={server} />
        {!isDoctorOffered && (
          <Link
            to="/ui/servers/$id"
            params={{ id: server.id }}
            search={{ tab: "doctor" }}
            className={buttonClass("plain")}
          >
            <Stethoscope className="size-4" aria-hidden="true" />
            Ask the doctor
          </Link>
        )}
        {server.status === "needs-token" && (
          <Link
            to="/ui/connect"
            search={{ servers: server.id, via: "direct" }}
            className={buttonClass("plain")}
          >
            <Plug className="size-4" aria-hidden="true" />
            Connect directly
          </Link>
        )}
      </p>
    </section>
  );
}

function Trouble({
  instance,
  isOneOfMany,
}: {
  readonly instance: InstanceDetail;
  readonly isOneOfMany: boolean;
}) {
  const { problem, registeredEndpoint, status, warnings } = instance;
  const { suggestion } = problem ?? {};
  return (
    <div className={isOneOfMany ? "mt-4 border-t border-line pt-3" : "mt-2"}>
      {isOneOfMany && (
        <h3 className="mb-2 flex flex-wrap items-center gap-2 font-mono text-sm">
          <span className="max-w-full truncate" title={registeredEndpoint}>
            {registeredEndpoint}
          </span>
          <StatusMark status={status} />
        </h3>
      )}
      {problem !== undefined && <ProbeSteps failed={problem.step} endpoint={registeredEndpoint} />}
      <dl className="mt-2 grid grid-cols-1 gap-x-4 gap-y-1.5 text-sm sm:grid-cols-[max-content_minmax(0,1fr)]">
        {status !== "up" && (
          <>
            <dt className="font-medium text-soft">What happened</dt>
            <dd className="min-w-0 break-words">{whatHappened(instance)}</dd>
          </>
        )}
        {warnings.map((warning) => (
          <div key={warning} className="contents">
            <dt className="font-medium text-soft">Warning</dt>
            <dd className="min-w-0 break-words">{warning}</dd>
          </div>
        ))}
        {problem !== undefined && (
          <>
            <dt className="font-medium text-soft">What to do</dt>
            <dd data-testid="fix" className="min-w-0 font-medium break-words">
              {problem.fix}
            </dd>
          </>
        )}
        {suggestion !== undefined && (
          <>
            <dt className="font-medium text-soft">This answers</dt>
            <dd className="flex min-w-0 flex-wrap items-center gap-1">
              {suggestion.transport !== undefined && (
                <span>{transportName(suggestion.transport)}</span>
              )}
              {suggestion.endpoint !== undefined && (
                <>
                  <code className="font-mono break-all">{suggestion.endpoint}</code>
                  <CopyButton text={suggestion.endpoint} what="the endpoint that answers" />
                </>
              )}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}
