import { ZoomOut } from "lucide-react";
import { Button } from "../parts/controls.js";
import { type RangeKey, ranges, type TimeSearch } from "./range.js";

/** Chooses the time that charts show; after zooming in it also leads back. */
export function RangeChoice({
  time,
  onTime,
}: {
  readonly time: TimeSearch;
  readonly onTime: (time: TimeSearch) => void;
}) {
  const { range = "1h", from } = time;
  const isZoomed = from !== undefined;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isZoomed && (
        <Button onClick={() => onTime({ range })}>
          <ZoomOut className="size-4" aria-hidden="true" />
          Zoom out
        </Button>
      )}
      <fieldset className="flex rounded-lg border border-line bg-surface">
        <legend className="sr-only">Time</legend>
        {(Object.keys(ranges) as RangeKey[]).map((key) => {
          const isChosen = !isZoomed && key === range;
          return (
            <button
              key={key}
              type="button"
              aria-pressed={isChosen}
              onClick={() => onTime({ range: key })}
              className={`min-h-9 rounded-lg px-3 text-sm font-medium whitespace-nowrap ${isChosen ? "bg-accent-soft text-accent" : "text-soft hover:text-ink"}`}
            >
              {ranges[key].label}
            </button>
          );
        })}
      </fieldset>
    </div>
  );
}
