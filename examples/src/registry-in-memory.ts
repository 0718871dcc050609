import { MemoryStore, Registry, registrationSchema, systemClock } from "@hub/core";

const registry = await Registry.open({
  store: new MemoryStore(),
  clock: systemClock,
  nothingListens: async () => false,
  newLeaseId: () => crypto.randomUUID(),
});
registry.subscribe((event) => console.log(event.kind, event.name));
const registration = registrationSchema.parse({
  name: "MCP Server 1",
  transport: "http",
  endpoint: "http://localhost:8002/mcp",
  lease: { ttlMs: 30_000 },
});
const { entry, lease } = await registry.register(registration);
console.log(entry.record.id, lease?.heartbeatMs);
