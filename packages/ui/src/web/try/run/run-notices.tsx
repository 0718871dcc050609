import { ScrollArea } from "../../parts/scroll-area.js";
import { Capped } from "../results/capped.js";
import type { LogLine, Run } from "./use-run.js";

/** How far a call has come, as its server tells it. */
export function ProgressBar({
  progress: given,
}: {
  readonly progress: NonNullable<Run["progress"]>;
}) {
  const { progress, total, message } = given;
  const share =
    total !== undefined && total > 0 ? Math.min(1, Math.max(0, progress / total)) : undefined;
  return (
    <div className="grid grid-cols-1 gap-1">
      <progress
        aria-label="Progress of the call"
        {...(share === undefined ? {} : { value: share })}
        className="h-2 w-full accent-accent-solid"
      />
      <p className="flex justify-between gap-3 text-xs text-soft tabular-nums">
        <span className="min-w-0 truncate" title={message}>
          {message ?? ""}
        </span>
        <span className="shrink-0">
          {progress}
          {total === undefined ? "" : ` of ${total}`}
        </span>
      </p>
    </div>
  );
}

const tones: Readonly<Record<string, string>> = {
  debug: "text-soft",
  info: "text-accent",
  notice: "text-accent",
  warning: "text-warn",
};

/** What the server logged during the call. */
export function LogLines({
  logs,
  count,
}: {
  readonly logs: readonly LogLine[];
  readonly count: number;
}) {
  return (
    <div className="grid grid-cols-1 gap-1">
      <p className="text-sm font-medium">
        Log <span className="font-normal text-soft tabular-nums">{count}</span>
      </p>
      <ScrollArea
        label="Log messages of the call"
        className="max-h-56 overflow-y-auto rounded-lg border border-line bg-raised p-2"
      >
        <ol className="grid grid-cols-1 gap-1 font-mono text-xs">
          {logs.map(({ number, level, logger, data }) => (
            <li key={number} className="flex gap-2">
              <span
                className={`w-16 shrink-0 truncate ${tones[level] ?? "text-bad"}`}
                title={level}
              >
                {level}
              </span>
              <span className="min-w-0 break-words whitespace-pre-wrap">
                {logger !== undefined && <span className="text-soft">{logger}: </span>}
                <Capped
                  text={typeof data === "string" ? data : (JSON.stringify(data) ?? "")}
                  most={2_000}
                />
              </span>
            </li>
          ))}
        </ol>
      </ScrollArea>
    </div>
  );
}
