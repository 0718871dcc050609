import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "../parts/controls.js";
import { whoQuery } from "./queries.js";

const AccountDialog = lazy(async () => ({
  default: (await import("./account-dialog.js")).AccountDialog,
}));

/** Who this browser is to the hub, what it may do, and the way out. */
export function Account() {
  const [isOpen, setOpen] = useState(false);
  const who = useQuery(whoQuery);
  if (who.data === undefined || (who.data.isOpen === false && who.data.kind === "anonymous"))
    return null;
  const { isOpen: isOpenHub, name, id } = who.data;
  const called = isOpenHub ? "Access" : (name ?? id);
  return (
    <>
      <IconButton label={`Who you are: ${called}`} onClick={() => setOpen(true)}>
        <ShieldCheck className="size-4" aria-hidden="true" />
      </IconButton>
      <Suspense>{isOpen && <AccountDialog onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
