import { performance } from "node:perf_hooks";
import type { Metric } from "./prometheus-text.js";

const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: "gauge",
  samples: [{ value }],
});

/** Figures of this process, under the names that Prometheus' own clients give them. */
export function processMetrics(startedAt: number): readonly Metric[] {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    {
      name: "process_cpu_seconds_total",
      help: "Processor time used, in seconds.",
      type: "counter",
      samples: [{ value: (user + system) / 1e6 }],
    },
    gauge("process_start_time_seconds", "When the hub started.", startedAt / 1_000),
    gauge("process_resident_memory_bytes", "Memory that the process holds.", rss),
    gauge("nodejs_heap_size_used_bytes", "Heap in use.", heapUsed),
    gauge("nodejs_heap_size_total_bytes", "Heap that Node has taken.", heapTotal),
    gauge("nodejs_external_memory_bytes", "Memory of Node outside of the heap.", external),
    gauge(
      "nodejs_eventloop_utilization",
      "Share of the time since the start in which the event loop was busy, from 0 to 1.",
      performance.eventLoopUtilization().utilization,
    ),
  ];
}
