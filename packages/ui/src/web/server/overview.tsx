import type { ServerDetail } from "@hub/api";
import { Ago } from "../live/ago.js";
import { CopyButton } from "../parts/controls.js";
import { Badge, Empty, Facts, OutLink, Panel } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { transportName } from "../servers/server-card.js";
import { textOf } from "./definition.js";
import { InstancePanel } from "./instance-panel.js";
import { RawJson } from "./raw-json.js";
import { When } from "./when.js";

/** An address with a button that copies it. */
function Address({ url, what }: { readonly url: string; readonly what: string }) {
  return (
    <span className="flex items-center gap-1">
      <code className="min-w-0 font-mono text-[0.8125rem] break-all">{url}</code>
      <CopyButton text={url} what={what} isSmall />
    </span>
  );
}

const eras = { modern: "modern (no sessions)", legacy: "legacy (with sessions)" } as const;

/** What a server says of itself, and what the hub sees of each of its processes. */
export function Overview({ server }: { readonly server: ServerDetail }) {
  const { id, name, capabilities, instances, owner, repository, websiteUrl, serverInfo } = server;
  const { documentation } = server;
  const from = [...new Set(instances.flatMap(({ registeredFrom }) => registeredFrom ?? []))];
  const ownName = textOf(serverInfo?.name);
  const ownVersion = textOf(serverInfo?.version);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Panel title="Facts">
          <Facts
            facts={[
              ["Name", name],
              ["Id", <code key="id">{id}</code>],
              ["Endpoint", <Address key="endpoint" url={server.endpoint} what="the endpoint" />],
              [
                "Through the hub",
                <Address
                  key="hub"
                  url={`${window.location.origin}/servers/${encodeURIComponent(id)}/mcp`}
                  what="its address at the hub"
                />,
              ],
              ["Transport", transportName(server.transport)],
              ["Owner", owner ?? <span className="text-soft">not set</span>],
              ["On call", server.onCall],
              [
                "Documentation",
                documentation === undefined ? undefined : (
                  <OutLink key="documentation" href={documentation} />
                ),
              ],
              ["Registered", <When key="registered" at={server.registeredAt} />],
              ["Registered from", from.length === 0 ? undefined : from.join(", ")],
              ["Last change", <When key="updated" at={server.updatedAt} />],
              ["Revision", server.revision],
              ["Version", server.version],
              [
                "Website",
                websiteUrl === undefined ? undefined : <OutLink key="website" href={websiteUrl} />,
              ],
              [
                "Repository",
                repository === undefined ? undefined : <OutLink key="repo" href={repository} />,
              ],
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
        </Panel>
        <Panel title="What the server reports">
          {capabilities === null ? (
            <p className="text-sm text-soft">
              {server.status === "needs-token"
                ? "It shows its tools, resources and prompts only with its own token, which the hub does not have."
                : "The hub has not read its tools, resources and prompts yet. It does so with the first good probe."}
            </p>
          ) : (
            <Facts
              facts={[
                ["Own name", ownName],
                ["Own version", ownVersion],
                ["MCP revision", capabilities.protocolVersion],
                ["Era", eras[capabilities.era]],
                ["Tools", capabilities.tools],
                ["Resources", capabilities.resources],
                ["Resource templates", capabilities.resourceTemplates],
                ["Prompts", capabilities.prompts],
              ]}
            />
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
        {server.instructions !== undefined && (
          <Panel title="Instructions for models">
            <ScrollArea label="Instructions" className="max-h-96 overflow-y-auto">
              <p className="text-sm break-words whitespace-pre-wrap">{server.instructions}</p>
            </ScrollArea>
          </Panel>
        )}
      </div>
      <section aria-labelledby="instances">
        <h2 id="instances" className="mb-3 flex items-center gap-2 font-semibold">
          Instances <Badge>{instances.length}</Badge>
        </h2>
        {instances.length === 0 ? (
          <Empty title="No instance is registered">
            The last one left <Ago at={server.updatedAt} />. Start the server and it appears here.
          </Empty>
        ) : (
          <ul className="grid grid-cols-[minmax(0,1fr)] gap-4">
            {instances.map((instance) => (
              <li key={instance.id}>
                <InstancePanel serverId={id} instance={instance} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
