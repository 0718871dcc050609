import { join } from "node:path";
import { freePort, HubProcess, holdResponse, Postgres, Program, quick, until } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = join(import.meta.dirname, "../apps/hub/dist/main.js");
let postgres: Postgres;
let url: string;
const hubs: HubProcess[] = [];

beforeAll(async () => {
  postgres = await Postgres.start();
  url = await postgres.newDatabase();
});
afterAll(async () => {
  for (const hub of hubs) await hub.stop();
  await postgres.close();
});

async function startHub(): Promise<HubProcess> {
  const [first] = hubs;
  // All hubs on a database have the key of the first.
  const key = first && { MCP_HUB_SECRET_KEY_FILE: join(first.dataDir, "secret.key") };
  const hub = await HubProcess.start({ ...quick, ...key, DATABASE_URL: url });
  hubs.push(hub);
  return hub;
}

async function post(hub: HubProcess, path: string, body: unknown): Promise<Response> {
  const response = await fetch(`${hub.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await holdResponse("POST", path, response);
  return response;
}

const registration = (name: string) => ({
  name,
  transport: "http",
  endpoint: "http://127.0.0.1:9/mcp",
});
const idsAt = async (hub: HubProcess) => (await hub.servers()).map(({ id }) => id);

test("a hub on Postgres: what it acknowledged outlives kill -9 of it and of the database, and another hub knows it", async () => {
  const first = await startHub();
  expect((await post(first, "/register", registration("Orders"))).status).toBe(201);

  // Another hub on the same database has it, and hears of what comes.
  const second = await startHub();
  expect(await idsAt(second)).toEqual(["orders"]);
  expect((await post(first, "/register", registration("Billing"))).status).toBe(201);
  await until("the news at the other hub", async () => (await idsAt(second)).includes("billing"));
  const made = await post(first, "/toolsets", { name: "Desk", servers: ["orders"] });
  expect(made.status).toBe(201);
  const toolsets = async () =>
    (await (await fetch(`${second.url}/toolsets`)).json()) as { toolsets: unknown[] };
  await until("the toolset at the other hub", async () => (await toolsets()).toolsets.length === 1);

  const readiness = async () => (await fetch(`${first.url}/readyz`)).status;
  await until("the hub is ready", async () => (await readiness()) === 200);

  // The database goes: reads go on, and writes say so and when to come again.
  await postgres.crash();
  const refused = await post(first, "/register", registration("Late"));
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await idsAt(first)).toEqual(["billing", "orders"]);
  await until("the hub says that it is not ready", async () => (await readiness()) === 503);

  // It comes back: the same hubs write again, and hear each other again.
  await postgres.resume();
  await until("a registration that is stored", async () => {
    const { status } = await post(second, "/register", registration("Late"));
    return status === 201;
  });
  await until("the hub is ready again", async () => (await readiness()) === 200);
  await until("the news at the first hub", async () => (await idsAt(first)).includes("late"));

  await first.program.kill("SIGKILL");
  await first.restart();
  expect(await idsAt(first)).toEqual(["billing", "late", "orders"]);
});

test("a database that cannot be used is said at the start, with what to do, and no password is printed", async () => {
  const wrong = url.replace("hub@", "hub:SECRET-MARK@").replace(/[^/]+$/, "nowhere");
  const port = String(await freePort());
  const hub = new Program(process.execPath, [program], { DATABASE_URL: wrong, MCP_HUB_PORT: port });
  expect((await hub.ended).code).not.toBe(0);
  expect(hub.output).toContain("there is no database of this name");
  expect(hub.output).not.toContain("SECRET-MARK");
});
