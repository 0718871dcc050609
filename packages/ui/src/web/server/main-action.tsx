import type { ServerDetail } from "@hub/api";
import type { Policy } from "@hub/core/policy";
import { Link } from "@tanstack/react-router";
import { KeyRound, Play, Plug, Stethoscope } from "lucide-react";
import { AdmitButton } from "../access/admit-button.js";
import { usePolicy } from "../access/policy.js";
import { buttonClass } from "../parts/controls.js";
import type { TabKey } from "./search.js";

type Action = {
  readonly words: string;
  readonly icon: typeof Plug;
  readonly tab: TabKey;
};

const mend: Action = { words: "See what is wrong", icon: Stethoscope, tab: "doctor" };
const giveToken: Action = { words: "Give it its token", icon: KeyRound, tab: "credentials" };
const connect: Action = { words: "Connect", icon: Plug, tab: "connect" };

/** What one would do with a server as it is. */
function actionFor({ status, ...server }: ServerDetail, policy: Policy): Action {
  switch (status) {
    case "needs-token":
      return policy.may("admin", server) ? giveToken : mend;
    case "up":
    case "degraded":
      return connect;
    case "suspect":
    case "unreachable":
    case "down":
    case "pending":
      return mend;
  }
}

/** The tab that a server's main button leads to; undefined when it asks something instead. */
export const mainActionFor = (server: ServerDetail, policy: Policy): TabKey | undefined =>
  server.admission !== undefined ? undefined : actionFor(server, policy).tab;

/** The main button of a server's page: what one would do now, and, of one that works, trying it beside. */
export function MainAction({ server }: { readonly server: ServerDetail }) {
  const { id, admission, capabilities } = server;
  const policy = usePolicy();
  if (admission !== undefined) return <AdmitButton server={server} look="solid" />;
  const { words, icon: Icon, tab } = actionFor(server, policy);
  const canBeTried =
    tab === "connect" && (capabilities?.tools ?? 0) > 0 && policy.may("call", server);
  return (
    <>
      <Link
        to="/ui/servers/$id"
        params={{ id }}
        search={{ tab }}
        className={buttonClass("solid")}
        data-main-action={tab}
      >
        <Icon className="size-4" aria-hidden="true" />
        {words}
      </Link>
      {canBeTried && (
        <Link
          to="/ui/servers/$id"
          params={{ id }}
          search={{ tab: "tools" }}
          className={buttonClass("plain")}
        >
          <Play className="size-4" aria-hidden="true" />
          Try a tool
        </Link>
      )}
    </>
  );
}
