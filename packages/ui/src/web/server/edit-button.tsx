import type { ServerDetail } from "@hub/api";
import { SquarePen } from "lucide-react";
import { useState } from "react";
import { fieldProblems, statusOf } from "../api/problem.js";
import { Button, IconButton } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";
import { Problem } from "../parts/panels.js";
import { changeOf, draftOf } from "./edit-draft.js";
import { EditFields } from "./edit-fields.js";
import { useEdit } from "./queries.js";

/** Says of a server what somebody here knows better than the server itself. */
export function EditButton({ server }: { readonly server: ServerDetail }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <IconButton label="Edit" look="plain" onClick={() => setOpen(true)}>
        <SquarePen className="size-4" aria-hidden="true" />
      </IconButton>
      {isOpen && <EditDialog server={server} onClose={() => setOpen(false)} />}
    </>
  );
}

function EditDialog({
  server,
  onClose,
}: {
  readonly server: ServerDetail;
  readonly onClose: () => void;
}) {
  // As it was when somebody began to type: what the hub hears meanwhile must not change the fields.
  const [base] = useState(server);
  const [start] = useState(() => draftOf(server));
  const [draft, setDraft] = useState(start);
  const edit = useEdit(base, {
    told: `Your changes to ${server.title ?? server.name} are saved.`,
    onSaved: onClose,
  });
  const change = changeOf(start, draft);
  const isChanged = Object.keys(change).length > 0;
  const isConflict = statusOf(edit.error) === 412;
  return (
    <Modal title={`Edit ${server.title ?? server.name}`} onClose={onClose} isWide>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged) edit.mutate({ change, etag: base.etag });
        }}
      >
        <p className="mb-4 text-sm text-soft">
          Your edits replace what the server says about itself, and stay when a running helper
          registers it again. An empty field shows the server's own value.
        </p>
        {edit.error !== null && (
          <div className="mb-4">
            <Problem error={edit.error} />
          </div>
        )}
        <EditFields
          server={base}
          draft={draft}
          problems={fieldProblems(edit.error)}
          onChange={(next) => setDraft((now) => ({ ...now, ...next }))}
        />
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          {isConflict ? (
            // Only what was changed here is sent, so that nothing else of theirs is undone.
            <Button
              look="solid"
              disabled={edit.isPending}
              onClick={() => edit.mutate({ change, etag: "*" })}
            >
              Save my changes all the same
            </Button>
          ) : (
            <Button type="submit" look="solid" disabled={!isChanged || edit.isPending}>
              {edit.isPending ? "Saving…" : "Save changes"}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}
