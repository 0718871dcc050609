import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AdmitButton } from "../access/admit-button.js";
import { usePolicy } from "../access/policy.js";
import { Ago } from "../live/ago.js";
import type { Changes } from "../live/since.js";
import { Button, buttonClass } from "../parts/controls.js";
import { Panel } from "../parts/panels.js";
import { StatusMark } from "../parts/status.js";
import type { Concern, Want } from "./attention.js";
import type { HubTrouble } from "./verdict.js";

const mostShown = 5;

const tabs = {
  down: { tab: "doctor", does: "Diagnose" },
  unreachable: { tab: "doctor", does: "Diagnose" },
  unmet: { tab: "doctor", does: "Diagnose" },
  degraded: { tab: "doctor", does: "Diagnose" },
  token: { tab: "credentials", does: "Give a token" },
  flapping: { tab: "changes", does: "See what flaps" },
  changed: { tab: "changes", does: "See the change" },
} as const satisfies Record<Exclude<Want, "admission">, object>;

const rowClass =
  "flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line py-3 first:pt-0 last:border-0 last:pb-0";

const nameOf = ({ title, name }: Concern["server"]) => title ?? name;

/** The one thing to do about it. */
function Action({ concern }: { readonly concern: Concern }) {
  const { want, server } = concern;
  const policy = usePolicy();
  if (want === "admission") return <AdmitButton server={server} />;
  const { tab, does } = want === "token" && !policy.may("admin", server) ? tabs.down : tabs[want];
  return (
    <Link
      to="/ui/servers/$id"
      params={{ id: server.id }}
      search={{ tab }}
      aria-label={`${does}: ${nameOf(server)}`}
      className={buttonClass()}
    >
      {does}
    </Link>
  );
}

function ConcernRow({
  concern,
  since,
}: {
  readonly concern: Concern;
  readonly since: string | undefined;
}) {
  const { server, state, text, want } = concern;
  return (
    <li data-want={want} data-of={server.id} className={rowClass}>
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/ui/servers/$id"
            params={{ id: server.id }}
            className="min-w-0 font-semibold break-words hover:underline"
          >
            {nameOf(server)}
          </Link>
          <StatusMark status={state} />
          {since !== undefined && (
            <span className="text-xs text-soft">
              <Ago at={since} />
            </span>
          )}
        </p>
        <p className="mt-0.5 break-words text-soft">{text}</p>
      </div>
      <Action concern={concern} />
    </li>
  );
}

function TroubleRow({ trouble: { want, title, text, since } }: { readonly trouble: HubTrouble }) {
  return (
    <li data-want={want} className={rowClass}>
      <div className="min-w-0">
        <p>
          <span className="font-semibold">{title}</span>{" "}
          <span className="text-xs text-soft">
            <Ago at={since} />
          </span>
        </p>
        <p className="mt-0.5 break-words text-soft">{text}</p>
      </div>
    </li>
  );
}

/** What wants a person now, each with what to do: the hubs before their servers. */
export function Concerns({
  troubles,
  concerns,
  changes,
}: {
  readonly troubles: readonly HubTrouble[];
  readonly concerns: readonly Concern[];
  readonly changes: Changes | undefined;
}) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? concerns : concerns.slice(0, mostShown);
  return (
    <Panel title="Wants you" className="border-line-strong">
      <ul aria-label="What wants you">
        {troubles.map((trouble) => (
          <TroubleRow key={trouble.title} trouble={trouble} />
        ))}
        {shown.map((concern) => {
          const known = changes?.byServer.get(concern.server.id);
          return (
            <ConcernRow
              key={concern.server.id}
              concern={concern}
              since={
                concern.since ?? (known?.status === concern.server.status ? known.at : undefined)
              }
            />
          );
        })}
      </ul>
      {concerns.length > mostShown && (
        <Button look="quiet" className="mt-2" onClick={() => setAll(!isAll)}>
          {isAll ? "Show less" : `Show all ${troubles.length + concerns.length}`}
        </Button>
      )}
    </Panel>
  );
}
