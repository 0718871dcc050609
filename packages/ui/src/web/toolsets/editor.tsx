import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import { fieldProblems, statusOf } from "../api/problem.js";
import { serversQuery } from "../api/queries.js";
import { Button, buttonClass } from "../parts/controls.js";
import { Loading, PageHead, Panel, Problem } from "../parts/panels.js";
import { useDebounced } from "../parts/use-debounced.js";
import { choicesOf } from "../servers/search.js";
import { Conflict } from "./conflict.js";
import { DeleteToolset } from "./delete-toolset.js";
import { type Draft, definitionOf, isSame } from "./draft.js";
import { LeaveGuard } from "./leave-guard.js";
import { MoreFields } from "./more-fields.js";
import { type DraftChange, NameFields } from "./name-fields.js";
import { PreviewPanel } from "./preview-panel.js";
import { proposedName } from "./proposed-name.js";
import { createToolset, livePreviewQuery, type ReadToolset, replaceToolset } from "./queries.js";
import { treeServers } from "./rows.js";
import { SizeBar } from "./size-bar.js";
import { ToolTree } from "./tool-tree.js";
import { selects } from "./words.js";

const shownTools = 300;
const nothingChosen = {
  pointer: "/allow",
  detail: "Choose a server or a tool; clients would get none.",
};

/** Makes a toolset, or changes the one that was read as `base`; what clients will see stands beside it. */
export function ToolsetEditor({
  start,
  base,
  onRebase,
}: {
  readonly start: Draft;
  readonly base: ReadToolset | undefined;
  readonly onRebase?: (base: ReadToolset) => void;
}) {
  const [draft, setDraft] = useState(start);
  const [isRefused, setRefused] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const isDone = useRef(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const servers = useQuery(serversQuery);
  const definition = definitionOf(draft);
  const preview = useQuery(livePreviewQuery(useDebounced(definition), shownTools));
  const change = (next: DraftChange) =>
    setDraft((now) => (typeof next === "function" ? next(now) : { ...now, ...next }));
  const isChanged = !isSame(draft, start);

  const save = useMutation({
    mutationFn: (etag: string | undefined) =>
      base === undefined
        ? createToolset({ name: proposed, ...definition })
        : replaceToolset(base.toolset.id, definition, etag ?? base.etag),
    onSuccess: (saved) => {
      isDone.current = true;
      queries.removeQueries({ queryKey: ["toolset", saved.toolset.id] });
      void queries.invalidateQueries({ queryKey: ["toolsets"] });
      void navigate({ to: "/ui/toolsets" });
    },
  });
  const isNothing = draft.scope === "picked" && draft.allow.length === 0;
  const problems = [
    ...fieldProblems(save.error),
    ...fieldProblems(preview.error),
    ...(isRefused && isNothing ? [nothingChosen] : []),
  ];
  const isConflict = statusOf(save.error) === 412;
  const known = useDeferredValue(servers.data?.servers);
  const { servers: chosen } = start;
  const tree = useMemo(() => known && treeServers(known, chosen), [known, chosen]);
  const tags = [
    ...new Set([
      ...draft.tags,
      ...choicesOf(known ?? [], (server) => server.tags).map(({ value }) => value),
    ]),
  ];
  const names = new Map(known?.map(({ id, name }) => [id, name]));
  const saved = isNothing ? "nothing yet." : selects(definition, (id) => names.get(id) ?? id);
  const picked = new Set(draft.allow.map((tool) => tool.split("/")[0] ?? tool));
  const proposed = proposedName(
    draft.scope === "all" ? [] : [...picked].map((id) => names.get(id) ?? id),
  );
  const url = draft.id === "" ? undefined : `/toolsets/${draft.id}/mcp`;

  const saveButton = (
    <Button
      type="submit"
      look="solid"
      disabled={save.isPending || (base !== undefined && !isChanged)}
    >
      {base === undefined ? "Create toolset" : "Save changes"}
    </Button>
  );

  return (
    <form
      aria-label="Toolset"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        // A saved one may let nothing through; a new one that does was sent too early.
        if (base === undefined && isNothing) setRefused(true);
        else save.mutate(undefined);
      }}
    >
      <PageHead
        title={base?.toolset.name ?? "New toolset"}
        actions={
          <>
            {base !== undefined && (
              <Button look="quiet" onClick={() => setDeleting(true)}>
                Delete
              </Button>
            )}
            <Link to="/ui/toolsets" className={buttonClass()}>
              Cancel
            </Link>
          </>
        }
      />
      {save.isError && !isConflict && (
        <div className="mb-4">
          <Problem error={save.error} />
        </div>
      )}
      {isConflict && base !== undefined && (
        <Conflict
          base={base}
          isSaving={save.isPending}
          onKeepMine={(etag) => save.mutate(etag)}
          onTakeTheirs={(theirs) => onRebase?.(theirs)}
        />
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,26rem)]">
        <div className="grid grid-cols-1 gap-4">
          <NameFields
            draft={draft}
            isNew={base === undefined}
            proposed={proposed}
            problems={problems}
            onChange={change}
          />
          {tree === undefined ? (
            <Panel title="Tools">
              {servers.isError ? (
                <Problem error={servers.error} onRetry={() => void servers.refetch()} />
              ) : (
                <Loading what="servers" className="h-10" />
              )}
            </Panel>
          ) : (
            <ToolTree draft={draft} servers={tree} problems={problems} onChange={change} />
          )}
          <MoreFields draft={draft} tags={tags} problems={problems} onChange={change} />
        </div>
        <PreviewPanel
          preview={preview.data}
          error={fieldProblems(preview.error).length > 0 ? undefined : preview.error}
          isWaiting={preview.isPlaceholderData}
          isRefused={preview.isError}
          saved={saved}
          mode={draft.mode}
          url={url}
        />
      </div>
      <SizeBar preview={preview.data} mode={draft.mode} onMode={(mode) => change({ mode })}>
        {saveButton}
      </SizeBar>
      {isDeleting && base !== undefined && (
        <DeleteToolset
          id={base.toolset.id}
          name={base.toolset.name}
          onClose={() => setDeleting(false)}
          onDeleted={() => {
            isDone.current = true;
            void navigate({ to: "/ui/toolsets" });
          }}
        />
      )}
      <LeaveGuard isAsking={() => isChanged && !isDone.current} />
    </form>
  );
}
