import type { ServerDetail } from "@hub/api";
import { Eye, EyeOff } from "lucide-react";
import { shownError } from "../api/problem.js";
import { IconButton } from "../parts/controls.js";
import { tell } from "../toasts/toasts.js";
import { useEdit } from "./queries.js";

/** Takes a server out of every list, or puts it back. */
export function HideButton({ server }: { readonly server: ServerDetail }) {
  const isHidden = server.hidden === true;
  const name = server.title ?? server.name;
  const told = isHidden ? `${name} is in the lists again.` : `${name} is hidden from every list.`;
  const edit = useEdit(server, { told });
  const Icon = isHidden ? Eye : EyeOff;
  return (
    <IconButton
      label={isHidden ? "Show it again" : "Hide"}
      look="plain"
      disabled={edit.isPending}
      onClick={() =>
        // Whatever else somebody says of it meanwhile, this undoes none of it.
        edit.mutate(
          { change: { hidden: isHidden ? null : true }, etag: "*" },
          { onError: (error) => tell(shownError(error).detail, undefined, "bad") },
        )
      }
    >
      <Icon className="size-4" aria-hidden="true" />
    </IconButton>
  );
}
