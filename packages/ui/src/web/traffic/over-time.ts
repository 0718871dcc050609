import type { CallFigures, HubHistory, ServerHistory, Traffic } from "@hub/api";
import type { Group, Row } from "./figures.js";

/** What goes on now, of one server or of one of its tools: only the running hub knows. */
type Now = { readonly callsPerMinute: number; readonly inFlight: number };

const still: Now = { callsPerMinute: 0, inFlight: 0 };

const withNow = <Figures extends CallFigures>(figures: Figures, now: Now = still) => ({
  ...figures,
  callsPerMinute: now.callsPerMinute,
  inFlight: now.inFlight,
});

/** The servers that were called in a time, by name, with what goes on at them now. */
export function totalsOf(
  history: HubHistory | ServerHistory,
  server: string | undefined,
  traffic: Traffic | undefined,
  names: ReadonlyMap<string, string>,
): readonly Group[] {
  const own = { ...history.sum, serverId: server ?? "" };
  const servers = "servers" in history ? history.servers : own.calls > 0 ? [own] : [];
  return servers.map((figures) => {
    const { serverId } = figures;
    const now = traffic?.servers.find((one) => one.serverId === serverId);
    return { id: serverId, name: names.get(serverId) ?? serverId, total: withNow(figures, now) };
  });
}

/** What was asked of one server in a time, with what goes on now. */
export function rowsOf(
  history: ServerHistory,
  serverId: string,
  traffic: Traffic | undefined,
): readonly Row[] {
  return history.items.map((item) =>
    withNow(
      item,
      traffic?.rows.find(
        (one) => one.serverId === serverId && one.method === item.method && one.name === item.name,
      ),
    ),
  );
}
