import type { InstanceDetail } from "@hub/api";
import { Ago } from "../live/ago.js";
import { Badge, Facts } from "../parts/panels.js";
import { milliseconds } from "../parts/units.js";
import { transportName } from "../servers/server-card.js";
import { LeaseLeft } from "./countdowns.js";
import { RawJson } from "./raw-json.js";
import { When } from "./when.js";

/** All that is known of one process of a server, but for what its row in the table says. */
export function InstanceDetails({ instance }: { readonly instance: InstanceDetail }) {
  const { endpoint, registeredEndpoint, candidates, lease, probe, problem } = instance;
  const isElsewhere = endpoint !== registeredEndpoint;
  return (
    <>
      <Facts
        facts={[
          ["Instance", <code key="id">{instance.id}</code>],
          [
            "Registered address",
            isElsewhere ? <Url key="as" url={registeredEndpoint} /> : undefined,
          ],
          [
            "Other addresses",
            candidates.length === 0
              ? undefined
              : candidates.map((url) => <Url key={url} url={url} />),
          ],
          ["Transport", transportName(instance.transport)],
          ["Registered", <When key="registered" at={instance.registeredAt} />],
          ["Registered from", instance.registeredFrom],
          ["Status since", <Ago key="since" at={instance.statusSince} />],
          ["Lease", <LeaseLeft key="lease" lease={lease} />],
        ]}
      />
      <h3 className="mt-4 mb-2 flex items-center gap-2 border-t border-line pt-3 text-sm font-semibold">
        Last probe
        {probe !== undefined && (
          <Badge tone={probe.ok ? "good" : "bad"}>{probe.ok ? "answered" : "failed"}</Badge>
        )}
        {probe?.needsToken === true && <Badge tone="warn">needs a token</Badge>}
      </h3>
      {probe === undefined ? (
        <p className="text-sm text-soft">The hub has not probed it yet.</p>
      ) : (
        <>
          <Facts
            facts={[
              [
                "At",
                <span key="at" data-testid="probed-at" data-at={probe.at}>
                  <When at={probe.at} />
                </span>,
              ],
              ["Took", milliseconds(probe.latencyMs)],
              ["Failures in a row", probe.failures === 0 ? undefined : probe.failures],
              ["MCP revision", probe.protocolVersion],
              ["Era", probe.era],
              [
                "Reported name",
                probe.serverName === undefined
                  ? undefined
                  : `${probe.serverName}${probe.serverVersion === undefined ? "" : ` ${probe.serverVersion}`}`,
              ],
              ["What went wrong", problem === undefined ? undefined : problem.cause],
            ]}
          />
          {probe.tried !== undefined && probe.tried.length > 1 && (
            <ul className="mt-3 grid grid-cols-1 gap-2 text-sm" aria-label="Addresses tried">
              {probe.tried.map((one) => (
                <li key={one.endpoint}>
                  <Url url={one.endpoint} />
                  <span className="text-soft">{one.finding.cause}</span>
                </li>
              ))}
            </ul>
          )}
          <div className="mt-3">
            <RawJson
              value={{ ...probe, ...(problem === undefined ? {} : { problem }) }}
              what="the last probe"
              summary="Raw result of the last probe"
            />
          </div>
        </>
      )}
    </>
  );
}

function Url({ url }: { readonly url: string }) {
  return <code className="block font-mono text-code break-all">{url}</code>;
}
