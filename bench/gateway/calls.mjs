// tools/call through every contender, in turns, so that what else the machine does hits all alike.
import { direct, hubAll, nginx, nodeProxy } from "./contenders.mjs";
import { fixed, printTable, Sheet } from "./figures.mjs";
import { callOf } from "./mcp.mjs";
import { peer } from "./peer.mjs";

const small = (callers, upstream) => ({ callers, upstream, tool: "echo", leastBytes: 40 });

/** Names by which the bars find their workload. */
export const workloads = {
  one: { title: "echo, 1 caller, 2026-07-28", ...small(1, "modern") },
  sixteen: { title: "echo, 16 callers, 2026-07-28", ...small(16, "modern"), withPeer: true },
  sixtyFour: { title: "echo, 64 callers, 2026-07-28", ...small(64, "modern"), withPeer: true },
  kb64: {
    title: "64 KB results, 16 callers, 2026-07-28",
    callers: 16,
    upstream: "modern",
    tool: "answer_64k",
    leastBytes: 65_536,
  },
  kb100: {
    title: "100 KB results, 16 callers, 2026-07-28",
    callers: 16,
    upstream: "modern",
    tool: "answer_100k",
    leastBytes: 102_400,
  },
  sdkOne: { title: "echo of a server made with SDK v2, 1 caller", ...small(1, "sdk") },
  sdkSixteen: { title: "echo of a server made with SDK v2, 16 callers", ...small(16, "sdk") },
  legacyOne: { title: "echo, 1 caller, 2025-11-25 with sessions", ...small(1, "legacy") },
  legacySixteen: { title: "echo, 16 callers, 2025-11-25 with sessions", ...small(16, "legacy") },
  legacySixtyFour: { title: "echo, 64 callers, 2025-11-25 with sessions", ...small(64, "legacy") },
  legacyKb64: {
    title: "64 KB results, 16 callers, 2025-11-25 with sessions",
    callers: 16,
    upstream: "legacy",
    tool: "answer_64k",
    leastBytes: 65_536,
  },
  legacyKb100: {
    title: "100 KB results, 16 callers, 2025-11-25 with sessions",
    callers: 16,
    upstream: "legacy",
    tool: "answer_100k",
    leastBytes: 102_400,
  },
};

export const quickWorkloads = ["one", "sixteen", "sixtyFour"];
/** One for each upstream. */
export const warmUps = ["sixteen", "sdkSixteen", "legacySixteen"];

/** Every round starts with another contender. */
const turned = (list, by) => [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

function jobOf({ target, toolName }, { upstream, tool, callers, leastBytes }) {
  const request = callOf(toolName(upstream, tool));
  return { kind: "call", target: target(upstream), callers, request, leastBytes };
}

/** One that works on after its turn rests until the next. */
async function awake({ wake, rest }, measure) {
  wake?.();
  try {
    return await measure();
  } finally {
    rest?.();
  }
}

/** Lets every process compile what it will run, or the first workload would measure that. */
export async function warmUp(generator, contenders, names) {
  for (const name of names) {
    for (const contender of contenders) {
      const job = jobOf(contender, workloads[name]);
      // What is wrong shows in the measurement itself.
      await awake(contender, () =>
        generator.measure({ job, pid: contender.pid, seconds: 1 }).catch(() => undefined),
      );
    }
  }
}

export async function measureCalls(generator, all, workload, { rounds, seconds }) {
  const sheet = new Sheet();
  const isLong = workload.leastBytes > 1_000;
  const contenders = all
    .filter(({ isForLongAnswersOnly }) => isLong || !isForLongAnswersOnly)
    .filter(({ isPeer }) => workload.withPeer || !isPeer);
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      const { name, pid } = contender;
      if (sheet.failure(name) !== undefined) continue;
      const job = jobOf(contender, workload);
      try {
        const measure = () => generator.measure({ job, pid, seconds });
        sheet.add(name, await awake(contender, measure));
      } catch (error) {
        sheet.fail(name, error.message);
      }
    }
  }
  printSheet(workload.title, sheet, contenders);
  return sheet;
}

const heads = [
  "",
  "calls/s",
  "of direct",
  "of nginx",
  "p50 ms",
  "p99 ms",
  "added p50",
  "CPU s/1000",
];

function printSheet(title, sheet, contenders) {
  const rows = contenders.map(({ name }) => {
    if (sheet.failure(name) !== undefined) return [name, "failed", ...heads.slice(2).map(() => "")];
    return [
      name,
      fixed(sheet.of(name, "rate"), 0),
      fixed(sheet.ratio(name, direct, "rate"), 3),
      fixed(sheet.ratio(name, nginx, "rate"), 3),
      fixed(sheet.of(name, "p50"), 3),
      fixed(sheet.of(name, "p99"), 2),
      fixed(sheet.difference(name, direct, "p50"), 3),
      fixed(sheet.of(name, "cpuPer1000"), 3),
    ];
  });
  printTable(title, heads, rows);
  for (const { name } of contenders) {
    const failure = sheet.failure(name);
    if (failure !== undefined) console.log(`  ${name}: ${failure}`);
  }
}

/** What the bars P1 to P6 are about, out of the sheets of the workloads. */
export function callFigures(sheets) {
  const { one, sixteen, sixtyFour, sdkSixteen, kb64 } = sheets;
  return {
    cpuOfNodeProxy: sixteen?.ratio(hubAll, nodeProxy, "cpuPer1000"),
    cpu: sixteen?.of(hubAll, "cpuPer1000"),
    ofNginxAt64: sixtyFour?.ratio(hubAll, nginx, "rate"),
    ofPeerAt16: sixteen?.ratio(hubAll, peer, "rate"),
    ofPeerAt64: sixtyFour?.ratio(hubAll, peer, "rate"),
    addedMs: one?.difference(hubAll, direct, "p50"),
    ofDirectSdk: sdkSixteen?.ratio(hubAll, direct, "rate"),
    ofNginx64Kb: kb64?.ratio(hubAll, nginx, "rate"),
  };
}
