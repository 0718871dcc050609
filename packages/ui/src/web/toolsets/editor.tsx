import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useRef, useState } from "react";
import { fieldProblems, statusOf } from "../api/problem.js";
import { serversQuery } from "../api/queries.js";
import { Button, buttonClass } from "../parts/controls.js";
import { Loading, PageHead, Panel, Problem } from "../parts/panels.js";
import { useDebounced } from "../parts/use-debounced.js";
import { Conflict } from "./conflict.js";
import { DeleteToolset } from "./delete-toolset.js";
import { type Draft, definitionOf, isSame } from "./draft.js";
import { LeaveGuard } from "./leave-guard.js";
import { NameFields } from "./name-fields.js";
import { PreviewPanel } from "./preview-panel.js";
import { createToolset, livePreviewQuery, type ReadToolset, replaceToolset } from "./queries.js";
import { ServerPicker } from "./server-picker.js";
import { ShapeFields } from "./shape-fields.js";
import { ToolTree } from "./tool-tree.js";

const shownTools = 300;

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
  const [isDeleting, setDeleting] = useState(false);
  const isDone = useRef(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const servers = useQuery(serversQuery);
  const definition = definitionOf(draft);
  const preview = useQuery(livePreviewQuery(useDebounced(definition), shownTools));
  const change = (next: Partial<Draft>) => setDraft((now) => ({ ...now, ...next }));
  const isChanged = !isSame(draft, start);

  const save = useMutation({
    mutationFn: (etag: string | undefined) =>
      base === undefined
        ? createToolset(definition)
        : replaceToolset(base.toolset.id, definition, etag ?? base.etag),
    onSuccess: (saved) => {
      isDone.current = true;
      queries.removeQueries({ queryKey: ["toolset", saved.toolset.id] });
      void queries.invalidateQueries({ queryKey: ["toolsets"] });
      void navigate({ to: "/ui/toolsets" });
    },
  });
  const problems = [...fieldProblems(save.error), ...fieldProblems(preview.error)];
  const isConflict = statusOf(save.error) === 412;
  const known = useDeferredValue(servers.data?.servers);
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
        save.mutate(undefined);
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
            <span className="max-lg:hidden">{saveButton}</span>
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
            problems={problems}
            onChange={change}
          />
          {known === undefined ? (
            <Panel title="Servers">
              {servers.isError ? (
                <Problem error={servers.error} onRetry={() => void servers.refetch()} />
              ) : (
                <Loading what="servers" className="h-10" />
              )}
            </Panel>
          ) : (
            <>
              <ServerPicker draft={draft} servers={known} problems={problems} onChange={change} />
              <ToolTree draft={draft} servers={known} problems={problems} onChange={change} />
            </>
          )}
          <ShapeFields draft={draft} onChange={change} />
        </div>
        <PreviewPanel
          preview={preview.data}
          error={fieldProblems(preview.error).length > 0 ? undefined : preview.error}
          isWaiting={preview.isPlaceholderData}
          isRefused={preview.isError}
          mode={draft.mode}
          url={url}
        />
      </div>
      {/* Where the preview is far below, saving is always at hand. */}
      {(base === undefined || isChanged) && (
        <div className="sticky bottom-18 z-10 mt-4 flex justify-end md:bottom-4 lg:hidden">
          {saveButton}
        </div>
      )}
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
