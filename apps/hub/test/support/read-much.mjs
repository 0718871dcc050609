// Reads as a hub that has rested does: buffers of 64 KB that nobody keeps, beside a heap of some MB. Prints how
// often all of the heap was collected. `node read-much.mjs <garbage-collection.js>`: with its help.
import { constants, PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";

// Stands for the rest: V8 lets the heap grow as little then, and after seconds without work only.
setFlagsFromString("--optimize-for-size");
const kept = Array.from({ length: 100_000 }, (_, index) => ({ name: `kept ${index}`, index }));
let onReceived = () => undefined;
if (process.argv[2] !== undefined) {
  const { collectBuffersSooner, collectSooner } = await import(process.argv[2]);
  const collectAsUsual = collectSooner(20);
  collectAsUsual();
  onReceived = collectBuffersSooner(16 * 1024 * 1024);
}
await setImmediate();
let count = 0;
const collections = new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries())
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) count += 1;
});
collections.observe({ entryTypes: ["gc"] });
for (let read = 0; read < 8_000; read += 1) {
  onReceived(Buffer.allocUnsafeSlow(65_536).length);
  await setImmediate();
}
console.log(JSON.stringify({ count, kept: kept.length }));
