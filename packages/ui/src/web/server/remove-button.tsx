import type { ServerDetail } from "@hub/api";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";
import { Problem } from "../parts/panels.js";
import { useRemove } from "./queries.js";

/** Takes a server out of the hub, after a question. */
export function RemoveButton({
  server,
  onRemoved,
}: {
  readonly server: ServerDetail;
  readonly onRemoved: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const remove = useRemove(server, onRemoved);
  const close = () => {
    setAsking(false);
    remove.reset();
  };
  return (
    <>
      <IconButton
        label="Remove"
        look="plain"
        className="hover:text-bad"
        onClick={() => setAsking(true)}
      >
        <Trash2 className="size-4" aria-hidden="true" />
      </IconButton>
      {isAsking && (
        <Modal title={`Remove ${server.name}?`} onClose={close}>
          <p>
            The hub forgets this server, the history of its tools, and its edits. If it still runs,
            its helper registers it again within seconds. Stop it first, or hide it instead.
          </p>
          {remove.error !== null && (
            <div className="mt-4">
              <Problem error={remove.error} />
            </div>
          )}
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <Button onClick={close}>Keep it</Button>
            <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              {remove.isPending ? "Removing…" : "Remove it"}
            </Button>
          </div>
        </Modal>
      )}
    </>
  );
}
