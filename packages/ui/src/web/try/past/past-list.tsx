import { PencilLine, RotateCw } from "lucide-react";
import { Button } from "../../parts/controls.js";
import { Badge } from "../../parts/panels.js";
import { durationText } from "../run/duration.js";
import type { Outcome, PastCall } from "./past-calls.js";

const words: Readonly<Record<Outcome, readonly [word: string, tone: "good" | "bad" | "calm"]>> = {
  done: ["done", "good"],
  error: ["error", "bad"],
  failed: ["failed", "bad"],
  cancelled: ["cancelled", "calm"],
};

const mostSummary = 160;

/** The calls of this tab of the browser, to be made again as they were or changed first. */
export function PastList({
  calls,
  onEdit,
  onReplay,
}: {
  readonly calls: readonly PastCall[];
  readonly onEdit: (call: PastCall) => void;
  readonly onReplay: (call: PastCall) => void;
}) {
  return (
    <details className="rounded-lg border border-line">
      <summary className="px-3 py-2 text-sm font-medium">
        Past calls <span className="font-normal text-soft tabular-nums">{calls.length}</span>
      </summary>
      <ul className="divide-y divide-line border-t border-line">
        {calls.map((call) => {
          const [word, tone] = words[call.outcome];
          const time = new Date(call.at).toLocaleTimeString();
          const summary = JSON.stringify(call.values);
          return (
            <li
              key={call.at}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-sm"
            >
              <time dateTime={new Date(call.at).toISOString()} className="tabular-nums">
                {time}
              </time>
              <Badge tone={tone}>{word}</Badge>
              <span className="text-soft tabular-nums">{durationText(call.durationMs)}</span>
              <code className="min-w-0 flex-1 basis-40 truncate font-mono text-xs text-soft">
                {summary.length > mostSummary ? `${summary.slice(0, mostSummary)}…` : summary}
              </code>
              {call.isPartial && <span className="text-xs text-soft">secrets removed</span>}
              <span className="flex gap-1">
                <Button
                  look="quiet"
                  aria-label={`Edit the call of ${time}`}
                  onClick={() => onEdit(call)}
                >
                  <PencilLine className="size-4" aria-hidden="true" />
                  Edit
                </Button>
                {!call.isPartial && (
                  <Button
                    look="quiet"
                    aria-label={`Replay the call of ${time}`}
                    onClick={() => onReplay(call)}
                  >
                    <RotateCw className="size-4" aria-hidden="true" />
                    Replay
                  </Button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
