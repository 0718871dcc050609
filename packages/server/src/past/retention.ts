import type { TimeSettingName } from "@hub/core/environment";
import { type BudgetName, settingOf } from "@hub/core/limits";
import { dayMs, hourMs, type SeriesKind, seriesBudgets } from "@hub/core/past";
import type { HubConfig } from "../hub-config.js";

/** So long rows of calls and statuses are kept, and a little longer, so that the first step of a range is whole. */
export const seriesKeptMs: Readonly<Record<SeriesKind, number>> = {
  minute: dayMs + hourMs,
  hour: 31 * dayMs,
  "item-hour": 31 * dayMs,
  status: 91 * dayMs,
};

type Row = {
  readonly meaning: string;
  readonly keptMs: (config: HubConfig) => number;
  /** The variable that changes the time. Without one it is fixed: what shows it asks for exactly that. */
  readonly setting?: TimeSettingName;
  /** What is deleted before it is that old, when there is more of it. */
  readonly budgets: readonly BudgetName[];
};

const series = (kind: SeriesKind, meaning: string): Row => ({
  meaning,
  keptMs: () => seriesKeptMs[kind],
  budgets: [seriesBudgets[kind]],
});

/** All that the hub keeps of what happened, with how long and how much of it. */
const retentionTable = {
  journal: {
    meaning: "events of the journal",
    keptMs: ({ retention }) => retention.journalMs,
    setting: "MCP_HUB_JOURNAL_KEEP_MS",
    budgets: ["journalItems", "journalBytes"],
  },
  history: {
    meaning: "what servers offered, and when it changed",
    keptMs: ({ retention }) => retention.historyMs,
    setting: "MCP_HUB_HISTORY_KEEP_MS",
    budgets: ["historyItems", "historyBytes", "allHistoryBytes"],
  },
  audit: {
    meaning: "the audit without calls",
    keptMs: ({ audit }) => audit.keepMs,
    setting: "MCP_HUB_AUDIT_KEEP_MS",
    budgets: ["auditBytes"],
  },
  auditCalls: {
    meaning: "calls in the audit",
    keptMs: ({ audit }) => audit.keepMs,
    setting: "MCP_HUB_AUDIT_KEEP_MS",
    budgets: ["auditCallBytes"],
  },
  callMinutes: series("minute", "calls of servers by minute"),
  callHours: series("hour", "calls of servers by hour"),
  callItems: series("item-hour", "calls of tools, prompts and other requests by hour"),
  statuses: series("status", "statuses of servers"),
} as const satisfies Readonly<Record<string, Row>>;

/** One thing that is kept, with the limits that are in force. */
export type Kept = {
  readonly name: string;
  readonly meaning: string;
  readonly keptMs: number;
  readonly setting?: string;
  /** The variables that say how much of it there may be. */
  readonly budgets: string[];
};

/** What is kept, for how long and up to what, in the order of the reference. */
export function retentionOf(config: HubConfig): Kept[] {
  return Object.entries<Row>(retentionTable).map(
    ([name, { meaning, keptMs, setting, budgets }]) => ({
      name,
      meaning,
      keptMs: keptMs(config),
      ...(setting === undefined ? {} : { setting }),
      budgets: budgets.map(settingOf),
    }),
  );
}
