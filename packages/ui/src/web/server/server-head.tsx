import type { ServerDetail } from "@hub/api";
import { useNavigate } from "@tanstack/react-router";
import { Radar } from "lucide-react";
import { useEffect } from "react";
import { AdmissionBadge } from "../access/admission-badge.js";
import { usePolicy } from "../access/policy.js";
import { Button } from "../parts/controls.js";
import { Badge, OutLink, PageHead, Problem } from "../parts/panels.js";
import { stateOf } from "../parts/seriousness.js";
import { StatusMark } from "../parts/status.js";
import { FlappingBadge } from "../servers/flapping-badge.js";
import { OperatorBadges } from "../servers/operator-badges.js";
import { ServerIcon } from "../servers/server-icon.js";
import { EditButton } from "./edit-button.js";
import { foundBy } from "./found-by.js";
import { HideButton } from "./hide-button.js";
import { MainAction } from "./main-action.js";
import { useProbe } from "./queries.js";
import { RemoveButton } from "./remove-button.js";

const foundMs = 8_000;

/** Who a server is, how it is, and what can be done with it. */
export function ServerHead({ server }: { readonly server: ServerDetail }) {
  const { id, name, title, description, version, owner, tags, websiteUrl, repository } = server;
  const { documentation, onCall } = server;
  const navigate = useNavigate();
  const policy = usePolicy();
  const probe = useProbe(id);
  const { isSuccess, reset } = probe;
  useEffect(() => {
    if (!isSuccess) return;
    // What a probe found is true only for a moment.
    const timer = setTimeout(reset, foundMs);
    return () => clearTimeout(timer);
  }, [isSuccess, reset]);
  return (
    <>
      <PageHead
        title={
          <span className="flex items-center gap-3">
            <ServerIcon server={server} className="size-11" />
            <span className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
              <span className="max-w-full truncate" title={title ?? name}>
                {title ?? name}
              </span>
              <StatusMark status={stateOf(server)} />
              <AdmissionBadge admission={server.admission} />
              <FlappingBadge server={server} />
              <OperatorBadges server={server} />
            </span>
          </span>
        }
        lead={
          <>
            {description !== undefined && (
              <span className="mt-2 block break-words whitespace-pre-wrap">{description}</span>
            )}
            <span className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
              {title !== undefined && <span className="min-w-0 break-words">{name}</span>}
              {version !== undefined && (
                <span className="min-w-0 break-words">version {version}</span>
              )}
              {owner !== undefined && <span className="min-w-0 break-words">owned by {owner}</span>}
              {onCall !== undefined && (
                <span className="min-w-0 break-words">on call: {onCall}</span>
              )}
              {documentation !== undefined && <OutLink href={documentation}>Documentation</OutLink>}
              {websiteUrl !== undefined && <OutLink href={websiteUrl}>Website</OutLink>}
              {repository !== undefined && <OutLink href={repository}>Repository</OutLink>}
              {tags.map((tag) => (
                <Badge key={tag}>#{tag}</Badge>
              ))}
            </span>
          </>
        }
        actions={
          <>
            <span
              role="status"
              className={probe.data === undefined ? "sr-only" : "text-sm text-soft"}
            >
              {probe.data === undefined ? "" : foundBy(probe.data)}
            </span>
            <MainAction server={server} />
            {policy.may("call", server) && (
              <Button disabled={probe.isPending} onClick={() => probe.mutate()}>
                <Radar
                  className={`size-4 ${probe.isPending ? "motion-safe:animate-spin" : ""}`}
                  aria-hidden="true"
                />
                {probe.isPending ? "Probing…" : "Probe now"}
              </Button>
            )}
            {policy.may("admin", server) && (
              <div className="flex gap-1">
                <EditButton server={server} />
                <HideButton server={server} />
                <RemoveButton
                  server={server}
                  onRemoved={() => void navigate({ to: "/ui/servers" })}
                />
              </div>
            )}
          </>
        }
      />
      {probe.error !== null && (
        <div className="mb-4">
          <Problem error={probe.error} onRetry={() => probe.mutate()} />
        </div>
      )}
    </>
  );
}
