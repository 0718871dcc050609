import type { EntryRecord } from "../entry.js";
import type { HubEvent } from "../events.js";
import { keepChanges } from "../history.js";
import { type CapabilitySnapshot, createSnapshot, diffSnapshots } from "../snapshot.js";
import type { EventWrite, StoreWrite } from "../store.js";

/** A moment that all samples share; no store may depend on what time it is. */
const at = 1_790_000_000_000;

export function sampleRecord(
  id: string,
  version = 1,
  more: Partial<EntryRecord> = {},
): EntryRecord {
  const endpoint = `http://127.0.0.1:8002/${id}`;
  return {
    id,
    name: `Server ${id}`,
    profile: {
      title: `Title of ${id}`,
      tags: ["sample"],
      metadata: { nested: { list: [1, null] } },
    },
    createdAt: at,
    updatedAt: at + version,
    revision: version,
    version,
    instances: [
      {
        id: `${id}-1`,
        endpoint,
        transport: "streamable-http",
        candidates: [`${endpoint}/other`],
        registeredAt: at,
        leaseHash: "a".repeat(64),
        ttlMs: 30_000,
      },
    ],
    lastEndpoint: endpoint,
    lastTransport: "streamable-http",
    ...more,
  };
}

export function sampleSnapshot(...tools: readonly string[]): CapabilitySnapshot {
  return createSnapshot({
    era: "legacy",
    protocolVersion: "2025-11-25",
    serverInfo: { name: "sample", version: "1.0.0" },
    capabilities: { tools: { listChanged: true } },
    instructions: "Call them.",
    tools: tools.map((name) => ({ name, inputSchema: { type: "object" } })),
    resources: [],
    resourceTemplates: [],
    prompts: [],
  });
}

export function registered(serverId: string): HubEvent {
  return {
    kind: "registered",
    serverId,
    name: `Server ${serverId}`,
    at,
    instance: refOf(serverId),
    isNewServer: true,
    replaced: [],
  };
}

export function forgotten(serverId: string): HubEvent {
  return { kind: "forgotten", serverId, name: `Server ${serverId}`, at, reason: "removed" };
}

/** The event of a changed snapshot, with its differences in full. */
export function capabilitiesChanged(
  serverId: string,
  before: CapabilitySnapshot | undefined,
  after: CapabilitySnapshot,
): EventWrite {
  const changes = diffSnapshots(before, after);
  return {
    changes: keepChanges(changes, 100_000),
    event: {
      kind: "capabilities-changed",
      serverId,
      name: `Server ${serverId}`,
      at,
      instance: refOf(serverId),
      hash: after.hash,
      ...(before === undefined ? {} : { previousHash: before.hash }),
      added: changes.length,
      removed: 0,
      changed: 0,
      items: [],
    },
  };
}

export function write(parts: Partial<StoreWrite>): StoreWrite {
  return { entries: [], removed: [], snapshots: [], events: [], ...parts };
}

/** A write that brings new entries, each with its event. */
export function creating(...ids: readonly string[]): StoreWrite {
  return write({
    entries: ids.map((id) => ({ record: sampleRecord(id), basedOn: undefined })),
    events: ids.map((id) => ({ event: registered(id) })),
  });
}

/** A write of events only. */
export function telling(count: number, serverId = "teller"): StoreWrite {
  return write({ events: Array.from({ length: count }, () => ({ event: registered(serverId) })) });
}

function refOf(serverId: string) {
  const { id, endpoint, transport } = sampleInstance(serverId);
  return { id, endpoint, transport };
}

function sampleInstance(serverId: string): EntryRecord["instances"][number] {
  const [instance] = sampleRecord(serverId).instances;
  if (instance === undefined) throw new Error("A sample has one instance.");
  return instance;
}
