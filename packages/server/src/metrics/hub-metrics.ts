import { instanceStatuses, serverStatus, serverStatuses } from "@hub/core";
import type { SeenServers } from "@hub/core/access";
import type { CallOutcome } from "@hub/core/past";
import { durationBounds } from "@hub/gateway";
import type { AppDeps } from "../api/ports.js";
import { processMetrics } from "./process-metrics.js";
import type { Metric, Sample } from "./prometheus-text.js";

/** Each server is a few series for whoever keeps them, so there are no more than of so many, the busiest. */
export const mostServers = 500;

type Source = Pick<AppDeps, "budgets" | "registry" | "traffic" | "info" | "stopping">;

/** What OpenTelemetry calls `error.type`. */
const errorTypes: Readonly<Record<CallOutcome, string | undefined>> = {
  ok: undefined,
  "tool-error": "tool_error",
  error: "server_error",
  "hub-error": "hub_error",
  cancelled: "cancelled",
};

/** What somebody may see: of the hub as a whole for those who may read all, of servers where it may read all of one. */
export function hubMetrics(source: Source, seen: SeenServers): readonly Metric[] {
  const isWhole = seen.policy.mayWithAll("read");
  return [
    ...(isWhole ? wholeMetrics(source) : []),
    ...catalogueMetrics(seen),
    ...serverMetrics(source, seen),
  ];
}

function wholeMetrics({ budgets, registry, traffic, info, stopping }: Source): readonly Metric[] {
  const reports = budgets.report();
  const ofBudgets = (of: (report: (typeof reports)[number]) => number): readonly Sample[] =>
    reports.map((report) => ({
      labels: { budget: report.name, unit: report.unit },
      value: of(report),
    }));
  return [
    ...processMetrics(info.startedAt),
    {
      name: "mcp_hub_build_info",
      help: "Which hub this is; always 1.",
      type: "gauge",
      samples: [{ labels: { version: info.version }, value: 1 }],
    },
    {
      name: "mcp_hub_stopping",
      help: "1 while the hub stops.",
      type: "gauge",
      samples: [{ value: stopping.aborted ? 1 : 0 }],
    },
    {
      name: "mcp_hub_protected",
      help: "1 while so many servers are silent at once that the hub removes none.",
      type: "gauge",
      samples: [{ value: registry.protection.isActive ? 1 : 0 }],
    },
    {
      name: "mcp_server_operation_duration_seconds",
      help: "How long MCP requests through the gateway took, since the hub started.",
      type: "histogram",
      bounds: durationBounds,
      samples: traffic.durations().map(({ method, outcome, count, sumSeconds, within }) => ({
        labels: { mcp_method_name: method, error_type: errorTypes[outcome] },
        count,
        sum: sumSeconds,
        within,
      })),
    },
    {
      name: "mcp_hub_budget_used",
      help: "How much of each budget is in use, by the one that uses most where each has its own.",
      type: "gauge",
      samples: ofBudgets(({ used }) => used),
    },
    {
      name: "mcp_hub_budget_limit",
      help: "The budgets.",
      type: "gauge",
      samples: ofBudgets(({ limit }) => limit),
    },
    {
      name: "mcp_hub_budget_refused_total",
      help: "How often something was refused, cut or left out because of a budget.",
      type: "counter",
      samples: ofBudgets(({ refused }) => refused),
    },
  ];
}

function catalogueMetrics(seen: SeenServers): readonly Metric[] {
  const servers = new Map<string, number>(serverStatuses.map((status) => [status, 0]));
  const instances = new Map<string, number>(instanceStatuses.map((status) => [status, 0]));
  const addTo = (counts: Map<string, number>, status: string) =>
    counts.set(status, (counts.get(status) ?? 0) + 1);
  let tools = 0;
  for (const entry of seen.admitted.list()) {
    addTo(servers, serverStatus(entry.instances));
    for (const { health } of entry.instances) addTo(instances, health.status);
    tools += entry.snapshot?.tools.length ?? 0;
  }
  const byStatus = (counts: ReadonlyMap<string, number>): readonly Sample[] =>
    [...counts].map(([status, value]) => ({ labels: { status }, value }));
  return [
    {
      name: "mcp_hub_servers",
      help: "Servers by status.",
      type: "gauge",
      samples: byStatus(servers),
    },
    {
      name: "mcp_hub_instances",
      help: "Instances of servers by status.",
      type: "gauge",
      samples: byStatus(instances),
    },
    {
      name: "mcp_hub_tools",
      help: "Tools of all servers.",
      type: "gauge",
      samples: [{ value: tools }],
    },
  ];
}

function serverMetrics({ traffic }: Source, seen: SeenServers): readonly Metric[] {
  const all = traffic
    .servers()
    .filter(({ serverId }) => seen.sees(serverId) && seen.seesWhole(serverId));
  const shown = [...all].sort((a, b) => b.calls - a.calls).slice(0, mostServers);
  const each = (of: (row: (typeof shown)[number]) => number): readonly Sample[] =>
    shown.map((row) => ({ labels: { server: row.serverId }, value: of(row) }));
  return [
    {
      name: "mcp_hub_server_calls_total",
      help: `Calls to each server, of the ${mostServers} with most.`,
      type: "counter",
      samples: each(({ calls }) => calls),
    },
    {
      name: "mcp_hub_server_call_errors_total",
      help: "Calls that failed: in the tool, refused by the server, or not answered.",
      type: "counter",
      samples: shown.flatMap(({ serverId: server, toolErrors, refusals, unanswered }) => [
        { labels: { server, error_type: errorTypes["tool-error"] }, value: toolErrors },
        { labels: { server, error_type: errorTypes.error }, value: refusals },
        { labels: { server, error_type: errorTypes["hub-error"] }, value: unanswered },
      ]),
    },
    {
      name: "mcp_hub_server_calls_in_flight",
      help: "Calls that run now.",
      type: "gauge",
      samples: each(({ inFlight }) => inFlight),
    },
    {
      name: "mcp_hub_server_response_bytes_total",
      help: "Bytes of answers.",
      type: "counter",
      samples: each(({ bytes }) => bytes),
    },
    {
      name: "mcp_hub_servers_left_out",
      help: "Servers with calls that are not among those shown.",
      type: "gauge",
      samples: [{ value: all.length - shown.length }],
    },
  ];
}
