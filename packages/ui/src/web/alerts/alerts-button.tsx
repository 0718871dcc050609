import { useQuery } from "@tanstack/react-query";
import { Bell, BellRing } from "lucide-react";
import { useState } from "react";
import { mustSignIn, whoQuery } from "../access/queries.js";
import { IconButton } from "../parts/controls.js";
import { DialogPart } from "../parts/dialog-part.js";
import { lazyPart } from "../parts/lazy-part.js";
import { choices } from "./choices.js";
import { useAlerts } from "./use-alerts.js";

const AlertsDialog = lazyPart(async () => (await import("./alerts-dialog.js")).AlertsDialog);

/** Whether and how this browser tells of trouble; for those whom the hub knows. */
export function AlertsButton() {
  const who = useQuery(whoQuery).data;
  return who === undefined || mustSignIn(who) ? null : <Watching />;
}

function Watching() {
  useAlerts();
  const [isOpen, setOpen] = useState(false);
  const { notifies, sounds } = choices.use();
  const close = () => setOpen(false);
  const Icon = notifies || sounds ? BellRing : Bell;
  return (
    <>
      <IconButton label="Notifications" onClick={() => setOpen(true)}>
        <Icon className="size-4" aria-hidden="true" />
      </IconButton>
      {isOpen && (
        <DialogPart title="Notifications" onClose={close}>
          <AlertsDialog onClose={close} />
        </DialogPart>
      )}
    </>
  );
}
