import type { ServerSummary } from "@hub/api";
import { UserCheck } from "lucide-react";
import { useState } from "react";
import { Button, type ButtonLook } from "../parts/controls.js";
import { DialogPart } from "../parts/dialog-part.js";
import { lazyPart } from "../parts/lazy-part.js";

const AdmitDialog = lazyPart(async () => (await import("./admit-dialog.js")).AdmitDialog);

/** Admits a server that is not let in. The hub shows such a server to those only who may. */
export function AdmitButton({
  server,
  look = "plain",
}: {
  readonly server: ServerSummary;
  readonly look?: ButtonLook;
}) {
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return (
    <>
      <Button look={look} aria-label={`Admit: ${server.name}`} onClick={() => setAsking(true)}>
        <UserCheck className="size-4" aria-hidden="true" />
        Admit
      </Button>
      {isAsking && (
        <DialogPart title={`Admit ${server.name}?`} onClose={close}>
          <AdmitDialog server={server} onClose={close} />
        </DialogPart>
      )}
    </>
  );
}
