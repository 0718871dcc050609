import type { ToolsetPreview } from "@hub/api";
import { Loading, Panel, Problem } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { EndpointUrl } from "./endpoint-url.js";
import { TokenCost } from "./token-cost.js";
import { amount, plural } from "./words.js";

/** What clients will see at its endpoint, as the hub computes it, and what that costs. */
export function PreviewPanel({
  preview,
  error,
  isWaiting,
  isRefused,
  saved,
  mode,
  url,
}: {
  readonly preview: ToolsetPreview | undefined;
  readonly error: unknown;
  readonly isWaiting: boolean;
  /** The hub cannot read what is typed; the fields say why. */
  readonly isRefused: boolean;
  /** In a sentence, what is saved. */
  readonly saved: string;
  readonly mode: "all" | "search";
  readonly url: string | undefined;
}) {
  return (
    <div
      className="lg:sticky lg:top-20 lg:max-h-[calc(100dvh-18rem)] lg:overflow-y-auto"
      data-testid="preview"
      data-waiting={isWaiting}
    >
      <Panel title="What clients see">
        {error !== undefined && error !== null && <Problem error={error} />}
        {isRefused && (error === undefined || error === null) && (
          <p className="text-sm text-bad">
            The hub refuses this as it stands; the field it is about says why.
          </p>
        )}
        {preview === undefined && !isRefused && <Loading what="preview" className="h-16" />}
        {preview !== undefined && !isRefused && (
          <div className={`grid grid-cols-1 gap-4 ${isWaiting ? "opacity-60" : ""}`}>
            {url !== undefined && <EndpointUrl path={url} />}
            <p className="text-sm text-soft">Saved: {saved}</p>
            <Warnings preview={preview} />
            <ShownTools preview={preview} />
            <TokenCost tokens={preview.tokens} mode={mode} />
          </div>
        )}
      </Panel>
    </div>
  );
}

function ShownTools({ preview }: { readonly preview: ToolsetPreview }) {
  const { tools, toolCount, hubTools, prompts, resources, resourceTemplates } = preview;
  const rest = toolCount - tools.length;
  return (
    <div>
      <h3 className="text-sm font-semibold">Names</h3>
      <p className="text-xs text-soft">
        {hubTools.length > 0 && `Found and called through ${hubTools.join(", ")}. `}
        Beside them {plural(prompts, "prompt")} and{" "}
        {plural(resources + resourceTemplates, "resource")}.
      </p>
      {toolCount > 0 && (
        <ScrollArea
          label="Tools that clients see"
          className="mt-2 max-h-72 overflow-y-auto rounded-lg border border-line"
        >
          <ul className="divide-y divide-line">
            {tools.map(({ name, description, serverId, tool }) => (
              <li key={name} className="px-3 py-1.5">
                <p className="font-mono text-code break-all" data-testid="shown-tool">
                  {name}
                </p>
                {!name.endsWith(tool) && (
                  <p className="text-xs break-all text-soft">
                    is {serverId}/{tool}
                  </p>
                )}
                {description !== undefined && (
                  <p className="line-clamp-2 text-xs text-soft">{description}</p>
                )}
              </li>
            ))}
            {rest > 0 && <li className="px-3 py-1.5 text-xs text-soft">and {amount(rest)} more</li>}
          </ul>
        </ScrollArea>
      )}
    </div>
  );
}

function Warnings({ preview }: { readonly preview: ToolsetPreview }) {
  const { dropped, missing, unknownServers, unknownTools } = preview;
  const known = missing.filter(({ server }) => !unknownServers.includes(server));
  const told = [
    ...dropped.map(({ name, servers, reason }) => ({
      key: `dropped ${name}`,
      about: `${name} (${servers.join(", ")}) is left out`,
      reason,
    })),
    ...unknownServers.map((id) => ({
      key: `server ${id}`,
      about: `No server has the id ${id}`,
      reason: "It joins when it registers. Check the spelling.",
    })),
    ...unknownTools.map((tool) => ({
      key: `tool ${tool}`,
      about: `There is no tool ${tool}`,
      reason: "The server does not offer it now.",
    })),
    ...known.map(({ server, name, reason, listed }) => ({
      key: `missing ${server}`,
      about: `${name ?? server} cannot be asked now`,
      reason: listed ? `${reason} What it offered last is still listed.` : reason,
    })),
  ];
  if (told.length === 0) return null;
  return (
    <ul
      aria-label="Warnings"
      className="grid grid-cols-1 gap-2 rounded-lg bg-warn-soft p-3 text-warn"
    >
      {told.slice(0, 50).map(({ key, about, reason }) => (
        <li key={key} className="text-xs">
          <span className="block text-sm font-medium break-words">{about}</span>
          {reason}
        </li>
      ))}
      {told.length > 50 && <li className="text-xs">and {told.length - 50} more</li>}
    </ul>
  );
}
