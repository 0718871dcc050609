import { memo } from "react";
import { Fallback } from "../results/fallback.js";
import { FailedView, ResultView } from "../results/result-view.js";
import { durationText } from "./duration.js";
import { LogLines, ProgressBar } from "./run-notices.js";
import type { Ended, Run } from "./use-run.js";

/** What a call has shown so far: progress, log and, at its end, what came of it. */
export const RunView = memo(function RunView({ run }: { readonly run: Run }) {
  const { progress, logs, logCount, ended } = run;
  return (
    <div className="grid grid-cols-1 min-w-0 gap-4">
      {progress !== undefined && <ProgressBar progress={progress} />}
      {ended !== undefined && (
        <div className="grid grid-cols-1 min-w-0 gap-3">
          <h4 className="flex items-baseline gap-2 font-semibold">
            Result
            <span className="text-sm font-normal text-soft tabular-nums" data-testid="duration">
              {ended.is === "cancelled" ? "cancelled after" : "in"} {durationText(ended.durationMs)}
            </span>
          </h4>
          <Outcome ended={ended} />
        </div>
      )}
      {logs.length > 0 && <LogLines logs={logs} count={logCount} />}
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
