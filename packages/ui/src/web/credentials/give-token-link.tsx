import type { ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { usePolicy } from "../access/policy.js";
import { buttonClass } from "../parts/controls.js";

/** Leads whoever may give a server its token to the form for that, where one is wanted. */
export function GiveTokenLink({
  server: { id, name, status, tags },
  isOnCard = false,
}: {
  readonly server: Pick<ServerSummary, "id" | "name" | "status" | "tags">;
  /** Whether it is as small as a badge, above the link that covers a card. Default: no. */
  readonly isOnCard?: boolean;
}) {
  const policy = usePolicy();
  if (status !== "needs-token" || !policy.may("admin", { id, tags })) return null;
  return (
    <Link
      to="/ui/servers/$id"
      params={{ id }}
      search={{ tab: "credentials" }}
      aria-label={`Give it a token: ${name}`}
      className={
        isOnCard
          ? "relative z-10 inline-flex h-6 shrink-0 items-center gap-1 rounded-md bg-warn-soft px-1.5 text-xs font-medium text-warn hover:underline"
          : buttonClass("plain")
      }
    >
      <KeyRound className={isOnCard ? "size-3.5" : "size-4"} aria-hidden="true" />
      Give it a token
    </Link>
  );
}
