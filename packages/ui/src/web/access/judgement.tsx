import type { ServerSummary } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { serverQuery } from "../api/queries.js";
import { Button } from "../parts/controls.js";
import { Facts, Problem } from "../parts/panels.js";
import { counted } from "../parts/units.js";
import { useJudge } from "./changes.js";

const because = {
  new: "Nobody let this name in yet.",
  "other-registrant": "Somebody else registers it than the one who was let in.",
  "other-host": "It is at another host than the one that was let in.",
} as const;

/** The first tools by name: what a server can do says more of it than how many of them there are. */
function toolsIn(capabilities: ServerSummary["capabilities"]): string | undefined {
  if (capabilities === null || capabilities.tools === 0) return undefined;
  const { firstTools, tools } = capabilities;
  const more = tools - firstTools.length;
  return `${firstTools.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What one needs to judge a server that is not let in, and the answers that there are. */
export function Judgement({
  server,
  onJudged,
}: {
  readonly server: ServerSummary;
  readonly onJudged?: (isAdmitted: boolean) => void;
}) {
  const { id, admission } = server;
  const detail = useQuery(serverQuery(id));
  const judge = useJudge(id);
  // What is judged is what is read: the list may be older than what the etag is of.
  const { endpoint, capabilities } = detail.data ?? server;
  if (admission === undefined) return null;
  const [instance] = detail.data?.instances ?? [];
  const alike = detail.data?.lookAlikes ?? [];
  const etag = detail.data?.etag ?? "";
  const isUnready = judge.isPending || etag === "";
  const answer = (isAdmitted: boolean) =>
    judge.mutate({ isAdmitted, etag }, { onSuccess: () => onJudged?.(isAdmitted) });
  return (
    <>
      {admission.because !== undefined && (
        <p className="mb-2 text-sm">{because[admission.because]}</p>
      )}
      {alike.length > 0 && (
        <p className="mb-2 rounded-lg bg-warn-soft p-2 text-sm text-warn">
          Its name looks like that of {alike.map((one) => one.name).join(", ")}.
        </p>
      )}
      <Facts
        facts={[
          ["Endpoint", <code key="endpoint">{endpoint}</code>],
          ["Registered by", instance?.registeredBy?.name ?? instance?.registeredBy?.id],
          ["From", instance?.registeredFrom],
          [
            "Offers",
            capabilities === null
              ? "not read yet"
              : [
                  counted(capabilities.tools, "tool"),
                  counted(capabilities.resources, "resource"),
                  counted(capabilities.prompts, "prompt"),
                ].join(", "),
          ],
          ["Tools", toolsIn(capabilities)],
          ["Reason", admission.reason],
        ]}
      />
      {Object.entries({ read: detail.error, judge: judge.error }).map(
        ([asked, error]) =>
          error !== null && (
            <div key={asked} className="mt-3">
              <Problem error={error} />
            </div>
          ),
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button look="solid" disabled={isUnready} onClick={() => answer(true)}>
          Admit
        </Button>
        {admission.state === "waiting" && (
          <Button look="danger" disabled={isUnready} onClick={() => answer(false)}>
            Refuse
          </Button>
        )}
      </div>
    </>
  );
}
