import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { buttonClass } from "../parts/controls.js";
import { Loading, PageHead, Problem } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { draftOf } from "./draft.js";
import { ToolsetEditor } from "./editor.js";
import { type ReadToolset, toolsetQuery } from "./queries.js";

/** One saved selection, to be edited. */
export function ToolsetPage(): React.ReactNode {
  const { id } = useParams({ from: "/ui/toolsets/$id" });
  return <Toolset key={id} id={id} />;
}

function Toolset({ id }: { readonly id: string }) {
  const read = useQuery(toolsetQuery(id));
  // What is edited stays what was read first, until somebody saves or takes over what others wrote.
  const [base, setBase] = useState<ReadToolset>();
  if (base === undefined && read.data !== undefined && !read.isFetching) setBase(read.data);
  useTitle(base?.toolset.name ?? "Toolset");
  if (base !== undefined)
    return (
      <ToolsetEditor key={base.etag} start={draftOf(base.toolset)} base={base} onRebase={setBase} />
    );
  return (
    <>
      <PageHead title="Toolset" />
      {read.isError ? (
        <div className="grid grid-cols-1 justify-items-start gap-4">
          <Problem error={read.error} onRetry={() => void read.refetch()} />
          <Link to="/ui/toolsets" className={buttonClass()}>
            All toolsets
          </Link>
        </div>
      ) : (
        <Loading what="toolset" className="h-40" />
      )}
    </>
  );
}
