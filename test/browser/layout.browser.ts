import { freePort, type HubProcess, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { layoutFaults } from "./layout-faults.js";
import { isLoaded } from "./page.js";
import { pagePaths, populate } from "./populated.js";
import { longName, startLongNames, unbroken } from "./servers/long-names.js";
import { cleanStage, open, startHub } from "./stage.js";

cleanStage();

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const widths = [360, 390, 768, 1280, 1440, 1600, 1920, 2560];
const themes = ["light", "dark"] as const;

const long = {
  title: longName,
  description: `${longName}. ${unbroken}. ${longName}.`,
  transport: "streamable-http",
  owner: "department-of-warehouse-management-and-logistics-emea",
  version: "2026.11.27-rc.1+build.20261127",
  tags: [unbroken.slice(0, 50), "warehouse-management", "production", "emea", "logistics"],
};

/** Servers with long names: one that answers, one that never did, and one that is gone. */
async function addLongNames(hub: HubProcess): Promise<void> {
  const { endpoint, close } = await startLongNames();
  ends.push(close);
  const lease = { ttlMs: 3_600_000 };
  await hub.register({ ...long, name: "long", endpoint, lease });
  const away = `http://127.0.0.1:${await freePort()}/${unbroken}/mcp`;
  await hub.register({ ...long, name: unbroken.slice(0, 60), endpoint: away, lease });
  await hub.register({ ...long, name: "gone", endpoint: away, lease: { ttlMs: 500 } });
  await hub.status("long", "up", 30_000);
  await until(
    "the dead server to be down",
    async () => (await hub.server("gone"))?.status === "down",
  );
  const made = await fetch(`${hub.url}/toolsets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      id: "long-toolset",
      name: longName,
      description: `${longName}. ${unbroken}`,
      servers: ["long", "gone"],
      overrides: { [`long/${unbroken}`]: { name: "short" } },
    }),
  });
  if (!made.ok) throw new Error(await made.text());
}

const longPaths = {
  "long overview": "/ui/servers/long",
  "long tool": `/ui/servers/long?tab=tools&item=${unbroken}`,
  "long resources": "/ui/servers/long?tab=resources",
  "long prompts": "/ui/servers/long?tab=prompts",
  "long changes": "/ui/servers/long?tab=changes",
  "long calls": "/ui/servers/long?tab=calls",
  "long trouble": `/ui/servers/${unbroken.slice(0, 60).replaceAll("_", "-")}`,
  gone: "/ui/servers/gone",
  "long toolset": "/ui/toolsets/long-toolset",
  "new toolset": "/ui/toolsets?new=yes",
  "no such page": "/ui/there-is-no-such-page",
} as const;

describe("the layout", { timeout: 900_000 }, () => {
  test("nothing wraps, overlaps or runs over on any page, at eight widths, dark and light", async () => {
    const hub = await startHub();
    const found: string[] = [];
    const page = await open(hub, "/");
    const measure = async (name: string) => {
      await page.getByRole("heading", { level: 1 }).waitFor();
      await isLoaded(page);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of themes) {
          await page.emulateMedia({ colorScheme });
          await page.evaluate(
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
          );
          for (const fault of await page.evaluate(layoutFaults))
            found.push(`${name}, ${width}, ${colorScheme}: ${fault}`);
        }
      }
    };
    await measure("quick start");
    await populate(hub);
    await addLongNames(hub);
    for (const [name, path] of Object.entries({ ...pagePaths, ...longPaths })) {
      await page.goto(path);
      await measure(name);
    }
    await page.goto("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("?");
    await measure("help");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("listbox", { name: "Matches" }).getByText(longName).first().waitFor();
    await measure("palette");
    await page.goto("/ui/servers/gone");
    await page.getByRole("button", { name: "Remove" }).click();
    await measure("removing");
    await page.goto(`/ui/servers/long?tab=tools&item=${unbroken}_1`);
    await page.getByRole("button", { name: "Call" }).click();
    await measure("calling");
    expect(found).toEqual([]);
  });
});
