import { Button } from "../../parts/controls.js";
import { Modal } from "../../parts/modal.js";
import { Code } from "../../parts/panels.js";
import type { Asked } from "../mcp/request.js";

/** Asks before a tool that says it may destroy something. */
export function ConfirmDialog({
  asked,
  serverName,
  onConfirm,
  onClose,
}: {
  readonly asked: Asked;
  readonly serverName: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  return (
    <Modal title={`Call ${asked.name}?`} closesOutside={false} onClose={onClose}>
      <div className="grid grid-cols-1 gap-4">
        <p>
          By what {serverName} says, this tool can delete or overwrite things. What it does cannot
          be taken back from here.
        </p>
        <Code
          text={JSON.stringify(asked.values, null, 2)}
          what="the arguments"
          className="max-h-60 overflow-y-auto"
        />
        <div className="flex flex-wrap gap-2">
          <Button look="danger" onClick={onConfirm}>
            Call it
          </Button>
          <Button onClick={onClose}>Do not call</Button>
        </div>
      </div>
    </Modal>
  );
}
