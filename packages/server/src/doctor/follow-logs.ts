import type { JournalEvent, Registry } from "@hub/core";
import type { ServerLogs } from "@hub/core/diagnosis";

/** States in which somebody is about to ask what is wrong. */
const troubled: ReadonlySet<string> = new Set(["suspect", "unreachable"]);

/**
 * Forgets the lines of processes that are gone, and asks a process for its lines as soon as it cannot be
 * reached any more: when somebody asks the doctor, they are there.
 */
export function followLogs(logs: ServerLogs, registry: Registry, event: JournalEvent): void {
  const { serverId } = event;
  if (event.kind === "status-changed" && troubled.has(event.to))
    logs.want(serverId, event.instance.id);
  const instances = registry.get(serverId)?.instances ?? [];
  logs.retain(serverId, new Set(instances.map(({ record }) => record.id)));
}
