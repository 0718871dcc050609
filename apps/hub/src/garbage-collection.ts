import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

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
 * room V8 takes by itself the process holds a third more memory than it needs (npm run bench). V8 shrinks
 * it when little happens, so the size is looked at after every collection.
 */
export function boundYoungGeneration(mostBytes: number): void {
  let mayGrow: boolean | undefined;
  const look = () => {
    const may = youngBytes() < mostBytes;
    if (may === mayGrow) return;
    mayGrow = may;
    setFlagsFromString(`--semi-space-growth-factor=${may ? 2 : 1}`);
  };
  new PerformanceObserver(look).observe({ entryTypes: ["gc"] });
  look();
}

function largeBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name.endsWith("large_object_space"))
    .reduce((sum, space) => sum + space.space_used_size, 0);
}

/**
 * While more than `fromBytes` of the heap are large objects, such as the texts of long answers, the heap is
 * collected when it has grown by `percent`. Left to itself V8 lets it grow fourfold, so that a few seconds of
 * long answers leave a quarter of a gigabyte of what nobody holds any more; done always, it costs every call
 * two fifths more CPU (npm run bench -- gateway).
 */
export function collectLargeObjectsSooner(fromBytes: number, percent: number): void {
  let isSooner = false;
  new PerformanceObserver(() => {
    const isLarge = largeBytes() > fromBytes;
    if (isLarge === isSooner) return;
    isSooner = isLarge;
    setFlagsFromString(`--heap-growing-percent=${isLarge ? percent : 0}`);
  }).observe({ entryTypes: ["gc"] });
}
