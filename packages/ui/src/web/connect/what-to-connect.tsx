import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { serversQuery } from "../api/queries.js";
import { inputClass } from "../parts/controls.js";
import { Empty, Loading, Problem } from "../parts/panels.js";
import { Option, Options } from "./options.js";
import { toolsetNamesQuery } from "./queries.js";
import type { Choice } from "./search.js";
import { ServerChoice } from "./server-choice.js";

/** The whole hub, some servers or a toolset. */
export function WhatToConnect({
  choice,
  onChange,
}: {
  readonly choice: Choice;
  readonly onChange: (next: Choice) => void;
}) {
  const { servers, toolset, isDirect, isSearch } = choice;
  const isHub = servers === undefined && toolset === undefined;
  return (
    <div className="grid grid-cols-1 gap-3">
      <Options legend="Servers to use" isLegendShown={false}>
        <Option
          name="connect-what"
          label="The whole hub"
          isChosen={isHub}
          onChoose={() => onChange({ isDirect, isSearch })}
        >
          Every server, including future ones.
        </Option>
        <Option
          name="connect-what"
          label="Some servers"
          isChosen={servers !== undefined}
          onChoose={() => onChange({ servers: servers ?? [], isDirect, isSearch })}
        >
          Choose one or several.
        </Option>
        <Option
          name="connect-what"
          label="A toolset"
          isChosen={toolset !== undefined}
          onChoose={() => onChange({ toolset: toolset ?? "", isDirect: false, isSearch: false })}
        >
          A saved selection of servers and tools.
        </Option>
      </Options>
      {servers !== undefined && (
        <Servers chosen={servers} onChange={(ids) => onChange({ ...choice, servers: ids })} />
      )}
      {toolset !== undefined && (
        <Toolsets chosen={toolset} onChange={(id) => onChange({ ...choice, toolset: id })} />
      )}
    </div>
  );
}

function Servers({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const list = useQuery(serversQuery);
  if (list.data !== undefined && list.data.servers.length === 0 && chosen.length === 0)
    return <Empty title="No server has registered yet">It appears here when it does.</Empty>;
  if (list.data !== undefined)
    return <ServerChoice servers={list.data.servers} chosen={chosen} onChange={onChange} />;
  return list.isError ? (
    <Problem error={list.error} onRetry={() => void list.refetch()} />
  ) : (
    <Loading what="servers" rows={1} className="h-40" />
  );
}

function Toolsets({
  chosen,
  onChange,
}: {
  readonly chosen: string;
  readonly onChange: (id: string) => void;
}) {
  const list = useQuery(toolsetNamesQuery);
  const toolsets = list.data?.toolsets;
  if (toolsets === undefined)
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="toolsets" rows={1} className="h-9" />
    );
  if (toolsets.length === 0 && chosen === "")
    return (
      <Empty title="There are no toolsets yet">
        <Link to="/ui/toolsets" className="text-accent underline underline-offset-2">
          Make one
        </Link>{" "}
        of the servers and tools that belong together.
      </Empty>
    );
  const isKnown = chosen === "" || toolsets.some(({ id }) => id === chosen);
  return (
    <select
      aria-label="Toolset"
      value={chosen}
      onChange={(event) => onChange(event.target.value)}
      className={`${inputClass} sm:max-w-sm`}
    >
      <option value="">Choose a toolset</option>
      {!isKnown && <option value={chosen}>{chosen} (not in the hub)</option>}
      {toolsets.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
