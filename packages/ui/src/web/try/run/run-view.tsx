import { memo, useEffect, useRef } from "react";
import { Fallback } from "../results/fallback.js";
import { FailedView, ResultView } from "../results/result-view.js";
import { durationText } from "./duration.js";
import { MessageList } from "./message-list.js";
import { LogLines, ProgressBar } from "./run-notices.js";
import type { Ended, Run } from "./use-run.js";

/** What a call has shown so far: progress, log and, at its end, what came of it. */
export const RunView = memo(function RunView({ run }: { readonly run: Run }) {
  const { progress, logs, logCount, messages, ended } = run;
  const result = useRef<HTMLDivElement>(null);
  const hasEnded = ended !== undefined;
  // Below a long form, or on a phone, nobody would see that it came.
  useEffect(() => {
    if (hasEnded) result.current?.scrollIntoView({ block: "nearest" });
  }, [hasEnded]);
  return (
    <div className="grid grid-cols-1 min-w-0 gap-4">
      {progress !== undefined && <ProgressBar progress={progress} />}
      {ended !== undefined && (
        <div ref={result} className="grid scroll-mt-20 scroll-mb-20 grid-cols-1 min-w-0 gap-3">
          <h3 className="flex items-baseline gap-2 font-semibold">
            Result
            <span className="text-sm font-normal text-soft tabular-nums" data-testid="duration">
              {ended.is === "cancelled" ? "cancelled after" : "in"} {durationText(ended.durationMs)}
            </span>
          </h3>
          <Outcome ended={ended} />
        </div>
      )}
      {logs.length > 0 && <LogLines logs={logs} count={logCount} />}
      {messages.count > 0 && <MessageList log={messages} />}
    </div>
  );
});

function Outcome({ ended }: { readonly ended: Ended }) {
  if (ended.is === "failed") return <FailedView error={ended.error} />;
  if (ended.is === "cancelled")
    return <p className="text-sm text-soft">Cancelled. The server may have done part of it.</p>;
  return (
    <Fallback instead={<p className="text-sm text-bad">This result cannot be shown.</p>}>
      <ResultView result={ended.result} />
    </Fallback>
  );
}
