import { Suspense } from "react";
import { Boundary, Fault } from "./fault.js";
import { Modal } from "./modal.js";

/** Around a dialog that is loaded when it is opened: one that does not come says so in its place. */
export function DialogPart({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <Boundary
      instead={(error, onAgain) => (
        <Modal title={title} onClose={onClose}>
          <Fault error={error} onAgain={onAgain} />
        </Modal>
      )}
    >
      <Suspense>{children}</Suspense>
    </Boundary>
  );
}
