import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";
import { Problem } from "../parts/panels.js";
import { deleteToolset } from "./queries.js";

/** Asks before a toolset goes, and its endpoint with it. */
export function DeleteToolset({
  id,
  name,
  onClose,
  onDeleted,
}: {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
  readonly onDeleted?: (() => void) | undefined;
}) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteToolset(id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["toolsets"] });
      onClose();
      onDeleted?.();
    },
  });
  return (
    <Modal title={`Delete ${name}?`} onClose={onClose}>
      <p className="text-sm">
        Its endpoint <code className="break-all">/toolsets/{id}/mcp</code> goes with it: clients
        that use it lose their tools. The servers stay as they are.
      </p>
      {remove.isError && (
        <div className="mt-4">
          <Problem error={remove.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
          Delete toolset
        </Button>
      </div>
    </Modal>
  );
}
