import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../parts/controls.js";
import { DialogPart } from "../parts/dialog-part.js";
import { lazyPart } from "../parts/lazy-part.js";
import { whoQuery } from "./queries.js";

const AccountDialog = lazyPart(async () => (await import("./account-dialog.js")).AccountDialog);

/** Who this browser is to the hub, what it may do, and the way out. */
export function Account() {
  const [isOpen, setOpen] = useState(false);
  const who = useQuery(whoQuery);
  if (who.data === undefined || (who.data.isOpen === false && who.data.kind === "anonymous"))
    return null;
  const { isOpen: isOpenHub, name, id } = who.data;
  const called = isOpenHub ? "Access" : (name ?? id);
  const close = () => setOpen(false);
  return (
    <>
      <IconButton label={`Who you are: ${called}`} onClick={() => setOpen(true)}>
        <ShieldCheck className="size-4" aria-hidden="true" />
      </IconButton>
      {isOpen && (
        <DialogPart title={called} onClose={close}>
          <AccountDialog onClose={close} />
        </DialogPart>
      )}
    </>
  );
}
