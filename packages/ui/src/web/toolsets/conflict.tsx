import { useQuery } from "@tanstack/react-query";
import { Button } from "../parts/controls.js";
import { Problem } from "../parts/panels.js";
import { differences, draftOf } from "./draft.js";
import { fetchToolset, type ReadToolset } from "./queries.js";

/** Somebody else was quicker: what they changed, and the two ways on. What was typed stays meanwhile. */
export function Conflict({
  base,
  isSaving,
  onKeepMine,
  onTakeTheirs,
}: {
  readonly base: ReadToolset;
  readonly isSaving: boolean;
  readonly onKeepMine: (etag: string) => void;
  readonly onTakeTheirs: (theirs: ReadToolset) => void;
}) {
  const { id } = base.toolset;
  const theirs = useQuery({
    queryKey: ["toolset-conflict", id],
    queryFn: () => fetchToolset(id),
    staleTime: 0,
    gcTime: 0,
  });
  if (theirs.isError)
    return (
      <div className="mb-4">
        <Problem error={theirs.error} onRetry={() => void theirs.refetch()} />
      </div>
    );
  const read = theirs.data;
  const changed =
    read === undefined ? [] : differences(draftOf(base.toolset), draftOf(read.toolset));
  return (
    <div role="alert" className="mb-4 rounded-xl bg-warn-soft p-4 text-warn">
      <p className="font-semibold">Somebody else has changed this toolset</p>
      <p className="text-sm">
        {changed.length === 0
          ? "Somebody else has saved it since you opened it."
          : `They changed: ${changed.join(", ")}.`}{" "}
        Their changes are kept, and yours are still below.
      </p>
      {read !== undefined && (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button disabled={isSaving} onClick={() => onKeepMine(read.etag)}>
            Replace theirs with mine
          </Button>
          <Button disabled={isSaving} onClick={() => onTakeTheirs(read)}>
            Discard mine and show theirs
          </Button>
        </div>
      )}
    </div>
  );
}
