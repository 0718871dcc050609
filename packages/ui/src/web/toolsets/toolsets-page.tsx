import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { usePolicy } from "../access/policy.js";
import { serversQuery } from "../api/queries.js";
import { useFollowHub } from "../api/use-follow-hub.js";
import { Button, buttonClass } from "../parts/controls.js";
import { Empty, Loading, PageHead, Problem } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { emptyDraft } from "./draft.js";
import { ToolsetEditor } from "./editor.js";
import { costsEveryMs, previewsKey, toolsetsQuery } from "./queries.js";
import { ToolsetRow } from "./toolset-row.js";

const step = 50;

/** All saved selections; with `?new`, the making of one. */
export function ToolsetsPage(): React.ReactNode {
  const search = useSearch({ from: "/ui/toolsets" });
  return search.new === undefined ? <ToolsetList /> : <NewToolset />;
}

function NewToolset() {
  useTitle("New toolset");
  return <ToolsetEditor start={emptyDraft} base={undefined} />;
}

function ToolsetList() {
  useTitle("Toolsets");
  // Each row asks what its toolset costs, so only an event has them ask again.
  useFollowHub(previewsKey, costsEveryMs);
  const list = useQuery(toolsetsQuery);
  const servers = useQuery(serversQuery);
  const [most, setMost] = useState(step);
  const toolsets = list.data?.toolsets;
  const names = new Map(servers.data?.servers.map(({ id, name }) => [id, name]));
  const make = usePolicy().mayWithAll("admin") && (
    <Link to="/ui/toolsets" search={{ new: "yes" }} className={buttonClass("solid")}>
      <Plus className="size-4" aria-hidden="true" />
      New toolset
    </Link>
  );
  return (
    <>
      <PageHead
        title="Toolsets"
        lead="A toolset is a saved selection of tools with its own MCP endpoint: the tools that one team, agent or task needs."
        actions={make}
      />
      {list.isError && toolsets === undefined && (
        <Problem error={list.error} onRetry={() => void list.refetch()} />
      )}
      {toolsets === undefined && !list.isError && <Loading what="toolsets" className="h-36" />}
      {toolsets?.length === 0 && (
        <Empty title="No toolset yet">
          <p className="mb-3">
            A client that connects to a toolset sees fewer tools, under the names you choose, and
            its model reads fewer tokens.
          </p>
          {make}
        </Empty>
      )}
      {toolsets !== undefined && toolsets.length > 0 && (
        <ul aria-label="Toolsets" className="grid grid-cols-1 gap-4">
          {toolsets.slice(0, most).map((toolset) => (
            <li key={toolset.id} data-toolset={toolset.id}>
              <ToolsetRow toolset={toolset} nameOf={(id) => names.get(id) ?? id} />
            </li>
          ))}
        </ul>
      )}
      {toolsets !== undefined && toolsets.length > most && (
        <Button className="mt-4" onClick={() => setMost(most + step)}>
          Show more of {toolsets.length}
        </Button>
      )}
    </>
  );
}
