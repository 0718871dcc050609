import type { RegisterAnswer } from "@hub/api";
import { freePort, type HubProcess, until } from "@hub/testing";
import { askMcp } from "./ask-mcp.js";
import { startProgram, startServer } from "./stage.js";

/** Where every page of the web UI is, in a hub that `populate` has filled. */
export const pagePaths = {
  start: "/",
  servers: "/ui/servers",
  add: "/ui/add",
  "add a file": "/ui/add?way=file",
  "add in code": "/ui/add?way=code",
  grouped: "/ui/servers?group=tag",
  table: "/ui/servers?view=table",
  "no match": "/ui/servers?q=nothing-like-it",
  overview: "/ui/servers/mcp-server-1",
  trouble: "/ui/servers/payments",
  tool: "/ui/servers/mcp-server-1?tab=tools&item=convert_temperature",
  resources: "/ui/servers/mcp-server-1?tab=resources",
  prompts: "/ui/servers/everything?tab=prompts",
  changes: "/ui/servers/mcp-server-1?tab=changes",
  calls: "/ui/servers/mcp-server-1?tab=calls",
  credentials: "/ui/servers/mcp-server-1?tab=credentials",
  doctor: "/ui/servers/payments?tab=doctor",
  "connect one": "/ui/servers/mcp-server-1?tab=connect",
  connect: "/ui/connect",
  toolsets: "/ui/toolsets",
  toolset: "/ui/toolsets/weather-desk",
  activity: "/ui/activity",
  traffic: "/ui/traffic",
  "traffic of one": "/ui/traffic?server=mcp-server-1&range=24h",
  "traffic of a month": "/ui/traffic?range=30d&sort=errors",
  access: "/ui/access",
  admission: "/ui/access?tab=waiting",
  limits: "/ui/access?tab=limits",
  settings: "/ui/access?tab=settings",
  audit: "/ui/access?tab=audit",
  wallboard: "/ui/wall",
} as const;

const payments = {
  name: "Payments",
  title: "Payments gateway",
  description: "Charges, refunds and disputes of the shop.",
  transport: "streamable-http",
  owner: "team-shop",
  version: "4.2.0",
  tags: ["shop", "production"],
};

const call = (hub: HubProcess, name: string, given: object) =>
  askMcp(hub, "/mcp", "tools/call", { name, arguments: given });

/** A hub with servers of all kinds, one that cannot be reached, a toolset, and calls that went through. */
export async function populate(hub: HubProcess): Promise<void> {
  for (const name of ["server-1", "server-2", "server-3"]) startServer(hub, name);
  startProgram(hub, "apps/everything/dist/main.js");
  const registered = await hub.register({
    ...payments,
    endpoint: `http://127.0.0.1:${await freePort()}/mcp`,
    lease: { ttlMs: 3_600_000 },
  });
  const { lease } = (await registered.json()) as RegisterAnswer; // the hub's own answer
  for (const id of ["mcp-server-1", "mcp-server-2", "mcp-server-3"])
    await hub.status(id, "up", 30_000);
  // Alive, and out of reach: it says so itself after the hub has tried.
  await until("payments to be unreachable", async () => {
    await fetch(`${hub.url}/leases/${lease?.id}`, { method: "PUT" });
    return (await hub.server("payments"))?.status === "unreachable";
  });
  const made = await fetch(`${hub.url}/toolsets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      id: "weather-desk",
      name: "Weather desk",
      description: "What the people at the desk need.",
      servers: ["mcp-server-1", "mcp-server-2"],
      overrides: { "mcp-server-1/convert_temperature": { name: "convert" } },
    }),
  });
  if (!made.ok) throw new Error(await made.text());
  for (let round = 0; round < 5; round += 1)
    await call(hub, "mcp-server-1__convert_temperature", { value: 20 + round, to: "fahrenheit" });
  await call(hub, "mcp-server-1__convert_temperature", { value: "warm" });
}
