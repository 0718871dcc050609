import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

const lookMs = 20;

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  return young?.space_size ?? 0;
}

/** Keeps V8's young generation as large as it is, and collects it on one thread: it is small. */
export function holdYoungGeneration(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--no-parallel-scavenge");
}

/**
 * Lets V8's young generation grow with the load, but not beyond `mostBytes`. Calls in flight are what
 * survives a collection: with too little room each of them is copied again and again, and with all the
 * room V8 takes by itself the process holds a third more memory than it needs (npm run bench).
 */
export function boundYoungGeneration(mostBytes: number): void {
  setFlagsFromString("--semi-space-growth-factor=2");
  const watch = setInterval(() => {
    if (youngBytes() < mostBytes) return;
    clearInterval(watch);
    holdYoungGeneration();
  }, lookMs);
  watch.unref();
}
