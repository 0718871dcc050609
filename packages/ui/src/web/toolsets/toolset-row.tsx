import type { ToolsetView } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pencil, PlugZap, Trash2 } from "lucide-react";
import { useState } from "react";
import { usePolicy } from "../access/policy.js";
import { Button, buttonClass } from "../parts/controls.js";
import { Badge, Panel } from "../parts/panels.js";
import { DeleteToolset } from "./delete-toolset.js";
import { definitionOf, draftOf } from "./draft.js";
import { EndpointUrl } from "./endpoint-url.js";
import { previewQuery } from "./queries.js";
import { amount, plural, selects } from "./words.js";

/** One toolset in the list: what it is, where it is, and what it costs. */
export function ToolsetRow({
  toolset,
  nameOf,
}: {
  readonly toolset: ToolsetView;
  readonly nameOf: (serverId: string) => string;
}) {
  const { id, name, description, unknownServers, url } = toolset;
  const mayChange = usePolicy().mayWithAll("admin");
  const [isDeleting, setDeleting] = useState(false);
  const preview = useQuery(previewQuery(definitionOf(draftOf(toolset)), 0)).data;
  return (
    <Panel
      title={
        <span className="flex flex-wrap items-center gap-2">
          <Link
            to="/ui/toolsets/$id"
            params={{ id }}
            className="max-w-full truncate underline-offset-2 hover:underline"
            title={name}
          >
            {name}
          </Link>
          {toolset.mode === "search" && <Badge tone="accent">search mode</Badge>}
          {toolset.prefix === "never" && <Badge>bare names</Badge>}
        </span>
      }
      actions={
        <div className="flex flex-wrap gap-2">
          {mayChange && (
            <Link to="/ui/toolsets/$id" params={{ id }} className={buttonClass()}>
              <Pencil className="size-4" aria-hidden="true" />
              Edit<span className="sr-only"> {name}</span>
            </Link>
          )}
          <Link to="/ui/connect" search={{ toolset: id }} className={buttonClass()}>
            <PlugZap className="size-4" aria-hidden="true" />
            Connect<span className="sr-only"> to {name}</span>
          </Link>
          {mayChange && (
            <Button look="quiet" onClick={() => setDeleting(true)}>
              <Trash2 className="size-4" aria-hidden="true" />
              Delete<span className="sr-only"> {name}</span>
            </Button>
          )}
        </div>
      }
    >
      {description !== undefined && (
        <p className="mb-1 max-w-text text-sm break-words whitespace-pre-line">{description}</p>
      )}
      <p className="text-sm text-soft">{selects(toolset, nameOf)}</p>
      <div className="mt-3 flex flex-wrap items-center gap-x-6 gap-y-2 text-sm">
        <EndpointUrl path={url} />
        {preview !== undefined && (
          <span className="text-soft tabular-nums" data-testid="cost">
            <span className="font-medium text-ink">{plural(preview.toolCount, "tool")}</span>, about{" "}
            {amount(preview.tokens.all)} tokens; {amount(preview.tokens.search)} in search mode
          </span>
        )}
      </div>
      {unknownServers.length > 0 && (
        <p className="mt-3 rounded-lg bg-warn-soft px-3 py-2 text-sm break-words text-warn">
          No server has the id {unknownServers.join(", ")} now. It joins when it registers, unless
          it is misspelt.
        </p>
      )}
      {isDeleting && <DeleteToolset id={id} name={name} onClose={() => setDeleting(false)} />}
    </Panel>
  );
}
