import { useBlocker } from "@tanstack/react-router";
import { Button } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";

/** Asks before somebody leaves what is not saved. */
export function LeaveGuard({ isAsking }: { readonly isAsking: () => boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: isAsking,
    enableBeforeUnload: isAsking,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Modal title="Leave without saving?" onClose={blocker.reset}>
      <p className="text-sm">Your changes are not saved. If you leave, they are lost.</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={blocker.reset}>Stay here</Button>
        <Button look="danger" onClick={blocker.proceed}>
          Leave
        </Button>
      </div>
    </Modal>
  );
}
