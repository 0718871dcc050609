import { expect, test } from "vitest";
import { cleanStage, open, startHub } from "./stage.js";

cleanStage();

const tokens = [
  ...["canvas", "surface", "raised", "line", "line-strong", "ink", "ink-soft"],
  ...["accent", "accent-solid", "on-accent"],
];

test("the API's page wears the colours of the others, says which hub it is and leads back", async () => {
  const hub = await startHub();
  const { version } = await (await fetch(`${hub.url}/version`)).json();
  for (const theme of ["light", "dark"] as const) {
    const page = await open(hub, "/", { theme });
    const colours = () =>
      page.evaluate((names) => {
        // As it is painted: the build of the page writes colours in its own ways.
        const probe = document.body.appendChild(document.createElement("i"));
        const painted = names.map((name) => {
          probe.style.color = `var(--${name})`;
          return [name, getComputedStyle(probe).color];
        });
        probe.remove();
        return painted;
      }, tokens);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const ofTheHub = await colours();
    await page.getByRole("link", { name: "API documentation" }).click();
    await page.getByText("Registration", { exact: true }).first().waitFor();
    expect(await colours()).toEqual(ofTheHub);
    // Not only named: it has come.
    await page.waitForFunction(() =>
      [...document.fonts].some(({ family, status }) => /Inter/.test(family) && status === "loaded"),
    );
    const head = page.getByRole("banner");
    await head.getByText(`${version} · ${hub.url}`).waitFor();
    await head.getByRole("link", { name: "MCP Hub" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
  }
});

test("the theme that somebody chose on the hub's page is that of the API's, also while both are open", async () => {
  const hub = await startHub();
  const page = await open(hub, "/", { theme: "light" });
  const docs = await page.context().newPage();
  await docs.goto("/docs");
  const isDark = () => docs.evaluate(() => document.documentElement.matches(".dark-mode"));
  expect(await isDark()).toBe(false);
  await page.getByRole("button", { name: "Theme: system. Switch to light" }).click();
  await page.getByRole("button", { name: "Theme: light. Switch to dark" }).click();
  await expect.poll(isDark).toBe(true);
});
