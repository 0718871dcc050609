export {
  addCounts,
  type CallCounts,
  type CallOutcome,
  countCall,
  errorsOf,
  noCounts,
  packCounts,
  quantile,
  unpackCounts,
} from "../past/call-counts.js";
export {
  CallSeries,
  type CallSlot,
  type CountedCalls,
  dayMs,
  hourMs,
  type ItemCalls,
  minuteMs,
  wholeHub,
} from "../past/call-series.js";
export { MemorySeriesStore } from "../past/memory-series-store.js";
export {
  type SeriesKey,
  type SeriesKind,
  type SeriesQuery,
  type SeriesRow,
  type SeriesStore,
  seriesBudgets,
  seriesKeyBytes,
  seriesKinds,
} from "../past/series-store.js";
export { type SeenStatus, StatusSeries } from "../past/status-series.js";
export {
  type StatusSlot,
  type StatusSpan,
  type StatusTimes,
  statusSlots,
  sumTimes,
} from "../past/status-spans.js";
