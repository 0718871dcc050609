import type { CredentialList } from "@hub/api";
import { TriangleAlert } from "lucide-react";
import { Button } from "../parts/controls.js";
import { Facts, Problem } from "../parts/panels.js";
import { useConfirmOrigins } from "./queries.js";

/** Asks for an admin's word when a server is elsewhere than its credentials were given for. */
export function MovedPanel({ id, list }: { readonly id: string; readonly list: CredentialList }) {
  const confirm = useConfirmOrigins(id);
  const moved = list.credentials.filter(({ state }) => state === "moved");
  if (moved.length === 0) return null;
  const before = [...new Set(moved.flatMap(({ origins }) => origins))];
  return (
    <section
      aria-labelledby="moved"
      className="mb-4 rounded-xl border border-l-4 border-warn bg-surface p-4 shadow-card"
    >
      <h3 id="moved" className="mb-2 flex items-center gap-2 font-semibold text-warn">
        <TriangleAlert className="size-5 shrink-0" aria-hidden="true" />
        This server moved to another host
      </h3>
      <Facts
        facts={[
          ["Given for", <code key="before">{before.join(", ")}</code>],
          ["It is now at", <code key="now">{list.origins.join(", ")}</code>],
          ["Not sent", moved.map(({ name }) => name).join(", ")],
        ]}
      />
      <p className="my-3 text-sm">
        Confirm only if you know of the move. If you do not, find out who registered that endpoint:
        it would get the secrets.
      </p>
      {confirm.error !== null && (
        <div className="mb-3">
          <Problem error={confirm.error} />
        </div>
      )}
      <Button
        look="solid"
        className="whitespace-normal break-all"
        disabled={confirm.isPending}
        // What was shown, and not where the server went meanwhile.
        onClick={() => confirm.mutate(list.origins)}
      >
        Send them to {list.origins.join(", ")}
      </Button>
    </section>
  );
}
