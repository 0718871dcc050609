import { join } from "node:path";
import { HubProcess, Postgres, quick, until } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectToFitEveryScreen } from "./every-screen.js";
import { cleanStage, open } from "./stage.js";

let postgres: Postgres;
let database: string;
const hubs: HubProcess[] = [];

beforeAll(async () => {
  postgres = await Postgres.start();
  database = await postgres.newDatabase();
  const first = await HubProcess.start({ ...quick, DATABASE_URL: database });
  const shared = {
    DATABASE_URL: database,
    MCP_HUB_SECRET_KEY_FILE: join(first.dataDir, "secret.key"),
  };
  hubs.push(first, await HubProcess.start({ ...quick, ...shared }));
});
afterAll(async () => {
  for (const hub of hubs) await hub.stop();
  await postgres.close();
});
cleanStage();

test("the page shows the hubs, marks its own, and says when one is silent and when it is cut off itself", async () => {
  const [one, other] = hubs;
  if (one === undefined || other === undefined) throw new Error("two hubs were started");
  for (const name of ["Tides", "Winds", "Stars"])
    await one.register({ name, transport: "http", endpoint: "http://127.0.0.1:9/mcp" });
  const page = await open(one);
  const panel = page.getByRole("region", { name: "Hubs" });
  await page.getByRole("heading", { name: "2 of 2 hubs work" }).waitFor();
  const rows = panel.locator("tbody tr");
  await rows.nth(1).waitFor();
  expect(await rows.count()).toBe(2);
  expect(await rows.filter({ hasText: "this one" }).count()).toBe(1);
  expect(await rows.filter({ hasText: "leads" }).count()).toBe(1);
  await until("all servers to be probed by somebody", async () => {
    const probed = await rows.locator("td:nth-of-type(2)").allInnerTexts();
    return probed.reduce((sum, text) => sum + Number(text), 0) === 3;
  });
  // As another hub writes it that was started with a key of its own.
  await postgres.sql(
    database.slice(database.lastIndexOf("/") + 1),
    "UPDATE hubs SET key_id = 'of its own' WHERE id = (SELECT max(id) FROM hubs)",
  );
  await rows.filter({ hasText: "another key" }).waitFor();
  expect(await rows.filter({ hasText: "another key" }).count()).toBe(1);
  await expectToFitEveryScreen(page);

  await other.program.kill("SIGKILL");
  await rows.filter({ hasText: "silent" }).waitFor({ timeout: 60_000 });
  await page.getByRole("heading", { name: "1 of 2 hubs work" }).waitFor();
  await page.locator('[data-want="silent-hub"]').getByText("is silent").waitFor();
  await page.getByRole("heading", { name: /wants? you/ }).waitFor();
  await expectToFitEveryScreen(page);

  const wall = await open(one, "/ui/wall");
  await wall.locator("[data-wall] li").filter({ hasText: "Winds" }).waitFor();
  await postgres.crash();
  const doubt = wall.locator("[data-wall]").getByText("servers can be called");
  await doubt.waitFor({ timeout: 60_000 });
  expect(await wall.getByText("the hub does not answer").count()).toBe(0);
  await page.getByText("cut off from the database").waitFor({ timeout: 60_000 });
  await rows.filter({ hasText: "this one" }).filter({ hasText: "silent" }).waitFor();
  await page.locator('[data-want="protection"]').waitFor();
  await page.getByText("It cannot be told").waitFor({ timeout: 60_000 });
  await postgres.resume();
  await doubt.waitFor({ state: "detached", timeout: 60_000 });
  await page.getByText("cut off from the database").waitFor({ state: "hidden", timeout: 60_000 });
});
