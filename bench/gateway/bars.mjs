// The bars the gateway is held to. The floor is what must be reached, the goal what we want; both are relative
// to what was measured in the same run, or absolute for two virtual cores.
import { fixed, printTable } from "./figures.mjs";

const most = (value, floor, goal) => ({ value, floor: value <= floor, goal: value <= goal });
const least = (value, floor, goal) => ({ value, floor: value >= floor, goal: value >= goal });

const ms = (value, digits = 2) => `${fixed(value, digits)} ms`;

function barsOf(figures) {
  const { listMs = {} } = figures;
  return [
    {
      id: "P1",
      what: "CPU per echo at 16 callers, of node:http proxy's",
      bar: ["<= 1.5", "<= 1.0"],
      measured: `${fixed(figures.cpuOfNodeProxy, 2)} (${fixed(figures.cpu, 3)} s/1000)`,
      parts: [most(figures.cpuOfNodeProxy, 1.5, 1)],
    },
    {
      id: "P2",
      what: "calls/s at 64 callers, of nginx's",
      bar: [">= 0.4", ">= 0.65"],
      measured: fixed(figures.ofNginxAt64, 2),
      parts: [least(figures.ofNginxAt64, 0.4, 0.65)],
    },
    {
      id: "P3",
      what: "calls/s at 16 and 64 callers, of mcp-hub 4.2.1's",
      bar: [">= 8", ">= 12"],
      measured: `${fixed(figures.ofPeerAt16, 1)}, ${fixed(figures.ofPeerAt64, 1)}`,
      parts: [least(figures.ofPeerAt16, 8, 12), least(figures.ofPeerAt64, 8, 12)],
    },
    {
      id: "P4",
      what: "p50 added at 1 caller",
      bar: ["<= 0.45 ms", "<= 0.30 ms"],
      measured: ms(figures.addedMs),
      parts: [most(figures.addedMs, 0.45, 0.3)],
    },
    {
      id: "P5",
      what: "SDK-made server, 16 callers, calls/s of direct",
      bar: [">= 0.85", ">= 0.93"],
      measured: fixed(figures.ofDirectSdk, 2),
      parts: [least(figures.ofDirectSdk, 0.85, 0.93)],
    },
    {
      id: "P6",
      what: "64 KB results, 16 callers, calls/s of nginx's",
      bar: [">= 0.6", ">= 0.8"],
      measured: fixed(figures.ofNginx64Kb, 2),
      parts: [least(figures.ofNginx64Kb, 0.6, 0.8)],
    },
    {
      id: "P7",
      what: "tools/list p50, 10, 100, 500 servers of 10 tools",
      bar: ["1.3, 10, 40 ms", "0.8, 7, 30 ms"],
      measured: `${fixed(listMs[10], 2)}, ${fixed(listMs[100], 1)}, ${ms(listMs[500], 1)}`,
      parts: [most(listMs[10], 1.3, 0.8), most(listMs[100], 10, 7), most(listMs[500], 40, 30)],
    },
    {
      id: "P8",
      what: "CPU s per 1,000 lists, 100 servers of 10 tools",
      bar: ["<= 4", "<= 2"],
      measured: fixed(figures.listCpu, 2),
      parts: [most(figures.listCpu, 4, 2)],
    },
    {
      id: "P9",
      what: "spawn to all tools visible, 100 servers",
      bar: ["<= 1,000 ms", "<= 600 ms"],
      measured: ms(figures.startMs, 0),
      parts: [most(figures.startMs, 1_000, 600)],
    },
    {
      id: "P10",
      what: "memory with 100 servers after load",
      bar: ["<= 150 MB", "<= 110 MB"],
      measured: `${fixed(figures.afterMb, 0)} MB`,
      parts: [most(figures.afterMb, 150, 110)],
    },
    {
      id: "P11",
      what: "one silent: others visible; list; healthy call gains (p95; p50)",
      bar: ["2,500; 50; 50 ms", "1,000; 10; 0.5 ms"],
      measured: `${fixed(figures.deadStartMs, 0)}; ${fixed(figures.deadListMs, 1)}; ${fixed(figures.healthyGainP95Ms, 2)}; ${ms(figures.healthyGainMs)}`,
      parts: [
        most(figures.deadStartMs, 2_500, 1_000),
        most(figures.deadListMs, 50, 10),
        most(figures.healthyGainP95Ms, 50, 50),
        most(figures.healthyGainMs, 50, 0.5),
      ],
    },
    {
      id: "P12",
      what: "call of the silent one: error off its limit by; next call",
      bar: ["<= 500 ms", "and next < 10 ms"],
      measured: `${fixed(figures.deadCallOffMs, 0)}; ${ms(figures.nextCallMs, 1)}`,
      parts: [
        most(figures.deadCallOffMs, 500, 500),
        { value: figures.nextCallMs, floor: true, goal: figures.nextCallMs < 10 },
      ],
    },
    {
      id: "P13",
      what: "progress events of 5; first one later by",
      bar: ["5, <= 20 ms", "5, <= 5 ms"],
      measured: `${figures.progressEvents ?? "-"}; ${ms(figures.progressLaterMs, 1)}`,
      parts: [least(figures.progressEvents, 5, 5), most(figures.progressLaterMs, 20, 5)],
    },
  ];
}

function verdictOf(parts) {
  if (parts.some(({ value }) => value === undefined || Number.isNaN(value))) return "not measured";
  if (parts.every(({ goal }) => goal)) return "goal";
  return parts.every(({ floor }) => floor) ? "floor" : "MISSED";
}

/** Prints every bar, or those whose ids are given. */
export function printBars(figures, ids) {
  const rows = barsOf(figures)
    .filter(({ id }) => ids === undefined || ids.includes(id))
    .map(({ id, what, bar, measured, parts }) => [id, what, ...bar, measured, verdictOf(parts)]);
  const heads = ["", "what", "floor", "goal", "measured", "verdict"];
  printTable("the bars", heads, rows, { isText: true });
}
