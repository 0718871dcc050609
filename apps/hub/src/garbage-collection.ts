import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * By how much of its size the heap grows before all of it is collected. V8's own measure shrinks to 8 MB once the
 * process has rested for some seconds. Buffers count as growth, so that answers of 100 KB had the whole heap
 * collected every hundred calls and cost four times a plain proxy's CPU.
 */
const usualGrowthPercent = 100;

function afterEachCollection(look: () => void): void {
  new PerformanceObserver(look).observe({ entryTypes: ["gc"] });
}

function growBy(percent: number): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}

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
 * Lets the heap grow by `percent` only before it is collected, until the function that it returns is called. What a
 * start leaves behind would else be held for good: a hub whose calls leave nothing has no more to collect.
 */
export function collectSooner(percent: number): () => void {
  growBy(percent);
  return () => growBy(usualGrowthPercent);
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
  afterEachCollection(look);
  look();
}

function largeBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name.endsWith("large_object_space"))
    .reduce((sum, space) => sum + space.space_used_size, 0);
}

/**
 * While more than `fromBytes` of the heap are large objects, such as the texts of long answers, the heap is
 * collected when it has grown by `percent`: a few seconds of long answers leave much that nobody holds any more.
 * Done always, it costs every call two fifths more CPU (npm run bench -- gateway).
 */
export function collectLargeObjectsSooner(fromBytes: number, percent: number): void {
  let isSooner = false;
  afterEachCollection(() => {
    const isLarge = largeBytes() > fromBytes;
    if (isLarge === isSooner) return;
    isSooner = isLarge;
    growBy(isLarge ? percent : usualGrowthPercent);
  });
}

/**
 * Collects the young generation when `bytes` were read since the last collection. What is read stands in buffers
 * beside the heap: few objects hold much of it, so that V8 finds the young generation nearly empty, and collects
 * the whole heap instead. Returns who is to hear of what is read, in bytes.
 */
export function collectBuffersSooner(bytes: number): (length: number) => void {
  let since = 0;
  let collect: (() => void) | undefined;
  afterEachCollection(() => {
    since = 0;
  });
  return (length) => {
    since += length;
    if (since < bytes) return;
    since = 0;
    collect ??= youngCollector();
    // Between two turns of the event loop least of it is still in use.
    setImmediate(collect);
  };
}

/** V8 gives this to nobody but new contexts. */
function youngCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return typeof collect === "function" ? () => collect({ type: "minor" }) : () => undefined;
}
