import type { ServerSummary } from "@hub/api";
import { Badge } from "../parts/panels.js";

/** What an operator said of a server that whoever looks for one should see at once. */
export function OperatorBadges({ server }: { readonly server: ServerSummary }) {
  const { hidden, lifecycle, replacedBy } = server;
  return (
    <>
      {hidden === true && (
        <Badge tone="calm" title="In no list, search or /mcp without ?hidden=true">
          hidden
        </Badge>
      )}
      {lifecycle !== undefined && (
        <Badge tone={lifecycle === "deprecated" ? "warn" : "plain"}>{lifecycle}</Badge>
      )}
      {replacedBy !== undefined && <Badge tone="warn">use {replacedBy}</Badge>}
    </>
  );
}
