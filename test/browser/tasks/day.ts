import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { getRequestListener } from "@hono/node-server";
import type { RegisterAnswer } from "@hub/api";
import { freePort, type HubProcess, serve, until } from "@hub/testing";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { askMcp } from "../ask-mcp.js";
import { startGuarded } from "../servers/guarded.js";
import { workshop } from "../servers/workshop.js";
import { startHub, startServer } from "../stage.js";

/** What the server that needs one wants to see. */
export const token = "letmein-0123456789";
/** More tools than most hosts take. */
export const manyTools = 150;

/** Whom billing bills, for what: objects in objects and in a list. */
export const order = {
  customer: { name: "Ada", address: { street: "Gasse 1", city: "Bern" } },
  lines: [
    { sku: "bolt", quantity: 2, options: { colour: "red" } },
    { sku: "nut", quantity: 3, options: { colour: "blue" } },
  ],
};

/** Every order that reached it stands in `seen`. */
function billing(seen: unknown[]): McpServer {
  const server = new McpServer({ name: "Billing", version: "1.4.0" });
  server.registerTool(
    "create_invoice",
    {
      description: "Bills a customer for what was delivered.",
      inputSchema: z.object({
        customer: z.object({
          name: z.string(),
          address: z.object({ street: z.string(), city: z.string() }),
        }),
        lines: z.array(
          z.object({
            sku: z.string(),
            quantity: z.number().int(),
            options: z.object({ colour: z.string() }).optional(),
          }),
        ),
      }),
    },
    async (given) => {
      seen.push(given);
      return { content: [{ type: "text", text: `Invoice for ${given.customer.name}` }] };
    },
  );
  server.registerTool("refund", { inputSchema: z.object({ id: z.string() }) }, async () => ({
    content: [{ type: "text", text: "The bank has closed card 4711." }],
    isError: true,
  }));
  return server;
}

const serveMcp = (make: () => McpServer) => {
  const handler = createMcpHandler(make);
  return serve(getRequestListener((request) => handler.fetch(request)));
};

const register = async (hub: HubProcess, body: Readonly<Record<string, unknown>>) => {
  const answer = await hub.register({ transport: "http", ...body });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as RegisterAnswer; // the hub's own answer
};

/** Milliseconds since some time of yesterday, by the clock on the wall. */
function sinceYesterday(): number {
  const midnight = new Date().setHours(0, 0, 0, 0);
  return Date.now() - midnight + 3_600_000;
}

/** A hub that has seen, yesterday, how the workshop lost a tool. */
async function startYesterday(): Promise<HubProcess> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-yesterday-"));
  const clock = join(folder, "ago");
  writeFileSync(clock, String(sinceYesterday()));
  const moved = pathToFileURL(join(import.meta.dirname, "moved-clock.mjs")).href;
  const hub = await startHub({ NODE_OPTIONS: `--import=${moved}`, MOVED_CLOCK: clock });
  let release: 1 | 2 = 1;
  const { origin } = await serveMcp(() => workshop(release));
  await register(hub, { name: "Workshop", endpoint: `${origin}/mcp` });
  await hub.status("workshop", "up");
  const changes = async () =>
    (await hub.events()).filter(({ kind }) => kind === "capabilities-changed").length;
  await until("the workshop to be read", async () => (await changes()) > 0);
  release = 2;
  await fetch(`${hub.url}/servers/workshop/probe`, { method: "POST" });
  await until("the workshop to be read again", async () => (await changes()) > 1);
  await hub.program.kill("SIGTERM");
  rmSync(folder, { recursive: true });
  await hub.restart();
  return hub;
}

export type Day = {
  readonly hub: HubProcess;
  /** The address of a server that nobody has registered yet. */
  readonly unknown: string;
  /** Where the one that is down was to be found. */
  readonly deadPort: number;
  /** What reached billing. */
  readonly billed: readonly unknown[];
};

/** A hub in the middle of a day: servers of every state, calls that went well and one that failed. */
export async function startDay(): Promise<Day> {
  const hub = await startYesterday();
  for (const name of ["server-1", "server-2", "server-3"]) startServer(hub, name);
  const billed: unknown[] = [];
  const { origin: billingAt } = await serveMcp(() => billing(billed));
  const { origin: warehouseAt } = await serveMcp(() => workshop(1, manyTools));
  const { origin: tidesAt } = await serveMcp(
    () => new McpServer({ name: "Tides", version: "1.0.0" }),
  );
  const { origin: guardedAt } = await startGuarded(token);
  const deadPort = await freePort();
  const nowhere = async () => `http://127.0.0.1:${await freePort()}/mcp`;
  await register(hub, { name: "Billing", endpoint: `${billingAt}/mcp` });
  await register(hub, { name: "Warehouse", endpoint: `${warehouseAt}/mcp` });
  await register(hub, { name: "Guarded", endpoint: `${guardedAt}/mcp` });
  await register(hub, { name: "Payments", endpoint: `http://127.0.0.1:${deadPort}/mcp` });
  // Two of one name, of which one answers: degraded.
  for (const endpoint of [`${billingAt}/mcp`, await nowhere()])
    await register(hub, { name: "Reports", endpoint, serviceKey: "reports-of-the-day" });
  // Alive by its own word, and out of reach.
  const { lease } = await register(hub, {
    name: "Crawler",
    endpoint: await nowhere(),
    lease: { ttlMs: 3_600_000 },
  });
  for (const id of ["mcp-server-1", "mcp-server-2", "mcp-server-3"]) await hub.status(id, "up");
  for (const id of ["billing", "warehouse", "workshop"]) await hub.status(id, "up");
  await hub.status("guarded", "needs-token");
  await hub.status("payments", "down");
  await until("the crawler to be unreachable", async () => {
    await fetch(`${hub.url}/leases/${lease?.id}`, { method: "PUT" });
    return (await hub.server("crawler"))?.status === "unreachable";
  });
  const call = (name: string, given: object) =>
    askMcp(hub, "/mcp", "tools/call", { name: `billing__${name}`, arguments: given });
  await call("create_invoice", order);
  await call("refund", { id: "7" });
  billed.length = 0;
  return { hub, unknown: `${tidesAt}/mcp`, deadPort, billed };
}
