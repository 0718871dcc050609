import type { ServerSummary } from "@hub/api";
import { Modal } from "../parts/modal.js";
import { tell } from "../toasts/toasts.js";
import { Judgement } from "./judgement.js";

/** Asks whoever may whether a server is let in, with what is behind its name. */
export function AdmitDialog({
  server,
  onClose,
}: {
  readonly server: ServerSummary;
  readonly onClose: () => void;
}) {
  return (
    <Modal title={`Admit ${server.name}?`} onClose={onClose}>
      <Judgement
        server={server}
        onJudged={(isAdmitted) => {
          onClose();
          tell(`${server.name} is ${isAdmitted ? "admitted" : "refused"}.`);
        }}
      />
    </Modal>
  );
}
