import type { ServerDetail } from "@hub/api";
import { Ago } from "../live/ago.js";
import { Badge, Empty, Facts, Panel } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { transportName } from "../servers/server-card.js";
import { ConnectLines } from "./connect-lines.js";
import { textOf } from "./definition.js";
import { InstanceTable } from "./instance-table.js";
import { OfferPanel } from "./offer-panel.js";
import { RawJson } from "./raw-json.js";
import { UsersPanel } from "./users-panel.js";
import { WellPanel } from "./well-panel.js";
import { When } from "./when.js";

const eras = { modern: "modern (no sessions)", legacy: "legacy (with sessions)" } as const;

/** What a visitor wants to know of a server: what it offers, how to connect, is it well, who uses it. Then the rest. */
export function Overview({ server }: { readonly server: ServerDetail }) {
  const { id, instances } = server;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <OfferPanel server={server} />
        <ConnectLines server={server} />
        <WellPanel id={id} />
        <Panel
          title={
            <span className="flex items-center gap-2">
              Instances <Badge>{instances.length}</Badge>
            </span>
          }
        >
          {instances.length === 0 ? (
            <Empty title="No instance is registered">
              The last one left <Ago at={server.updatedAt} />. Start the server and it appears here.
            </Empty>
          ) : (
            <InstanceTable serverId={id} instances={instances} />
          )}
        </Panel>
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <UsersPanel id={id} />
        <FactsPanel server={server} />
        {server.instructions !== undefined && (
          <Panel title="Instructions for models">
            <ScrollArea label="Instructions" className="max-h-96 overflow-y-auto">
              <p className="text-sm break-words whitespace-pre-wrap">{server.instructions}</p>
            </ScrollArea>
          </Panel>
        )}
      </div>
    </div>
  );
}

/** What is known of a server and stands nowhere else on its page. */
function FactsPanel({ server }: { readonly server: ServerDetail }) {
  const { name, capabilities, serverInfo } = server;
  const from = [...new Set(server.instances.flatMap(({ registeredFrom }) => registeredFrom ?? []))];
  const ownName = textOf(serverInfo?.name);
  const ownVersion = textOf(serverInfo?.version);
  return (
    <Panel title="Facts">
      <Facts
        facts={[
          ["Name", name],
          ["Id", <code key="id">{server.id}</code>],
          [
            "Own name",
            ownName === undefined || (ownName === name && ownVersion === server.version)
              ? undefined
              : `${ownName} ${ownVersion ?? ""}`.trim(),
          ],
          ["Transport", transportName(server.transport)],
          ["MCP revision", capabilities?.protocolVersion],
          ["Era", capabilities === null ? undefined : eras[capabilities.era]],
          ["Owner", server.owner ?? <span className="text-soft">not set</span>],
          ["Registered", <When key="registered" at={server.registeredAt} />],
          ["Registered from", from.length === 0 ? undefined : from.join(", ")],
          ["Last change", <When key="updated" at={server.updatedAt} />],
        ]}
      />
      {server.edits !== undefined && (
        <div className="mt-3">
          <RawJson value={server.edits} what="what was edited here" summary="Edited here" />
        </div>
      )}
      {server.metadata !== undefined && (
        <div className="mt-3">
          <RawJson value={server.metadata} what="its metadata" summary="Metadata" />
        </div>
      )}
      {serverInfo !== undefined && (
        <div className="mt-3">
          <RawJson
            value={serverInfo}
            what="what it says of itself"
            summary="Server's own description"
          />
        </div>
      )}
    </Panel>
  );
}
