import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { usePolicy } from "../access/policy.js";
import { statusOf } from "../api/problem.js";
import { serverQuery } from "../api/queries.js";
import { ConnectPanel } from "../connect/connect-panel.js";
import { CredentialsTab } from "../credentials/credentials-tab.js";
import { buttonClass } from "../parts/controls.js";
import { Empty, Loading, PageHead, Problem } from "../parts/panels.js";
import { type Tab, Tabs } from "../parts/tabs.js";
import { useTitle } from "../shell/title.js";
import { CallsTab } from "./calls-tab.js";
import { ChangesTab } from "./changes-tab.js";
import { Diagnosis } from "./diagnosis.js";
import { DoctorTab } from "./doctor-tab.js";
import { OffersTab } from "./offers-tab.js";
import { Overview } from "./overview.js";
import type { TabKey } from "./search.js";
import { ServerHead } from "./server-head.js";

/** One server: what it is, how it is, what it offers, what changed, and who calls it. */
export function ServerPage(): React.ReactNode {
  const { id } = useParams({ from: "/ui/servers/$id" });
  const { tab = "overview" } = useSearch({ from: "/ui/servers/$id" });
  const navigate = useNavigate();
  const { data: server, error, refetch } = useQuery(serverQuery(id));
  const policy = usePolicy();
  useTitle(server?.title ?? server?.name ?? id);

  if (statusOf(error) === 404) return <Gone id={id} name={server?.name} />;
  if (server === undefined) {
    return error === null ? (
      <Loading what="the server" rows={3} className="h-32" />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  }
  const { capabilities } = server;
  const tabs: readonly Tab<TabKey>[] = [
    { key: "overview", label: "Overview" },
    { key: "tools", label: "Tools", count: capabilities?.tools },
    {
      key: "resources",
      label: "Resources",
      count:
        capabilities === null ? undefined : capabilities.resources + capabilities.resourceTemplates,
    },
    { key: "prompts", label: "Prompts", count: capabilities?.prompts },
    { key: "changes", label: "Changes" },
    { key: "calls", label: "Calls" },
    ...(policy.may("admin", server) ? [{ key: "credentials", label: "Credentials" } as const] : []),
    { key: "doctor", label: "Doctor" },
    { key: "connect", label: "Connect" },
  ];
  const chosen = tabs.some(({ key }) => key === tab) ? tab : "overview";
  return (
    <>
      <ServerHead server={server} />
      {/* The doctor says the same and more. */}
      {(chosen !== "doctor" || server.status === "up") && <Diagnosis server={server} />}
      <Tabs
        label="About this server"
        tabs={tabs}
        chosen={chosen}
        onChoose={(key) =>
          void navigate({
            to: "/ui/servers/$id",
            params: { id },
            search: key === "overview" ? {} : { tab: key },
            replace: true,
            resetScroll: false,
          })
        }
      >
        {chosen === "overview" && <Overview server={server} />}
        {(chosen === "tools" || chosen === "resources" || chosen === "prompts") && (
          <OffersTab key={chosen} id={id} kind={chosen} />
        )}
        {chosen === "changes" && <ChangesTab id={id} />}
        {chosen === "calls" && <CallsTab id={id} />}
        {chosen === "credentials" && <CredentialsTab key={id} id={id} />}
        {chosen === "doctor" && <DoctorTab id={id} />}
        {chosen === "connect" && (
          <ConnectPanel servers={[id]} isDirect={server.status === "needs-token"} />
        )}
      </Tabs>
    </>
  );
}

/** A server that left the hub while somebody looked at it, or that never was there. */
function Gone({ id, name }: { readonly id: string; readonly name: string | undefined }) {
  return (
    <>
      <PageHead title={name ?? id} />
      <Empty
        title={
          name === undefined
            ? "There is no server with this id"
            : "This server is no longer in the hub"
        }
      >
        <p className="mb-4">
          {name === undefined
            ? "Its name may have changed, or the hub has forgotten it. When it registers, it appears here by itself."
            : "It was removed, or the hub forgot it after a long silence. When it registers again, it appears here by itself."}
        </p>
        <Link to="/ui/servers" className={buttonClass("plain")}>
          All servers
        </Link>
      </Empty>
    </>
  );
}
