import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Empty, PageHead } from "../parts/panels.js";
import { Tabs } from "../parts/tabs.js";
import { useTitle } from "../shell/title.js";
import { Admissions } from "./admissions.js";
import { Audit } from "./audit.js";
import { Limits } from "./limits.js";
import { usePolicy } from "./policy.js";
import { whoQuery } from "./queries.js";
import type { AccessSearch, AccessTab } from "./search.js";
import { Settings } from "./settings.js";
import { Tokens } from "./tokens.js";
import { useWaiting } from "./use-waiting.js";

const parts: Readonly<Record<AccessTab, () => React.ReactNode>> = {
  tokens: Tokens,
  waiting: Admissions,
  limits: Limits,
  settings: Settings,
  audit: Audit,
};

/** Who may do what with the hub: for its admins. */
export function AccessPage(): React.ReactNode {
  useTitle("Access");
  const { tab = "tokens" }: AccessSearch = useSearch({ from: "/ui/access" });
  const navigate = useNavigate();
  const who = useQuery(whoQuery);
  const mayAdmin = usePolicy().mayWithAll("admin");
  const waiting = useWaiting();
  if (who.data === undefined) return null;
  const Part = parts[tab];
  return (
    <>
      <PageHead title="Access" lead="Who may use this hub, and what they may do." />
      {mayAdmin ? (
        <Tabs
          label="Access"
          chosen={tab}
          onChoose={(chosen) =>
            void navigate({ to: "/ui/access", search: { tab: chosen }, replace: true })
          }
          tabs={[
            { key: "tokens", label: "Tokens" },
            { key: "waiting", label: "Admission", count: waiting.length },
            { key: "limits", label: "Limits" },
            { key: "settings", label: "Settings" },
            { key: "audit", label: "Audit" },
          ]}
        >
          <Part />
        </Tabs>
      ) : (
        <Empty title="This page is for admins of the hub.">
          Ask whoever runs it for a token with the right to administer.
        </Empty>
      )}
    </>
  );
}
