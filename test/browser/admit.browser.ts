import type { ServerDetail } from "@hub/api";
import { closeServers, serveV2 } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { startAskingHub } from "./asking-hub.js";
import { expectToFitEveryScreen } from "./every-screen.js";
import { ask, signIn } from "./signed-in.js";
import { cleanStage, open } from "./stage.js";

cleanStage();
afterEach(closeServers);

describe("a server that waits", { timeout: 180_000 }, () => {
  test("has Admit as its main button, on its page, on the overview and above the list, once one saw who it is", async () => {
    const { origin } = await serveV2({ name: "Payments" });
    const { hub, admin } = await startAskingHub({
      payments: `${origin}/mcp`,
      weather: `${origin}/mcp`,
    });
    const page = await open(hub, "/ui/servers/payments");
    await signIn(page, admin);
    await page.getByText("waiting", { exact: true }).waitFor();
    const button = page.getByRole("button", { name: "Admit: payments" });
    const dialog = page.getByRole("dialog", { name: "Admit payments?" });
    const admissionOf = async (id: string) =>
      (await ask<ServerDetail>(hub, admin, `/servers/${id}`)).admission?.state;

    for (const path of ["/", "/ui/servers", "/ui/servers/payments"]) {
      await page.goto(path);
      await button.click();
      await dialog.getByText(`${origin}/mcp`).waitFor();
      await dialog.getByText("register", { exact: true }).waitFor();
      await dialog.getByText("Nobody let this name in yet.").waitFor();
      await dialog.getByText("greet", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      expect(await admissionOf("payments")).toBe("waiting");
    }
    await button.click();
    await expectToFitEveryScreen(page);
    await dialog.getByRole("button", { name: "Admit", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    // What one would do next takes its place.
    await page.locator('[data-main-action="connect"]').waitFor();
    expect(await button.count()).toBe(0);
    expect(await admissionOf("payments")).toBeUndefined();
    await page.getByText("payments is admitted.").waitFor();

    await page.goto("/ui/servers");
    await page.getByText("One server waits").waitFor();
    await expectToFitEveryScreen(page);
    await page.goto("/");
    await page.locator('[data-want="admission"][data-of="weather"]').waitFor();
    expect(await button.count()).toBe(0);
  });

  test("is refused in the same place, and can be admitted after all", async () => {
    const { origin } = await serveV2({ name: "Payments" });
    const { hub, admin } = await startAskingHub({ payments: `${origin}/mcp` });
    const page = await open(hub, "/ui/servers");
    await signIn(page, admin);
    await page.getByRole("button", { name: "Admit: payments" }).click();
    const dialog = page.getByRole("dialog", { name: "Admit payments?" });
    await dialog.getByRole("button", { name: "Refuse" }).click();
    await dialog.waitFor({ state: "detached" });
    // Nobody waits any more, and nothing was admitted: the first page of a hub.
    await page.locator('[data-waiting="payments"]').waitFor({ state: "detached" });
    await page.goto("/ui/servers/payments");
    await page.getByText("refused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Admit: payments" }).click();
    expect(await dialog.getByRole("button", { name: "Refuse" }).count()).toBe(0);
    await dialog.getByRole("button", { name: "Admit", exact: true }).click();
    // Its instances were sent away: it is down until it registers again.
    await page.locator('[data-main-action="doctor"]').waitFor();
    expect((await ask<ServerDetail>(hub, admin, "/servers/payments")).admission).toBeUndefined();
  });

  test("is not there for whoever may not admit it", async () => {
    const { origin } = await serveV2({ name: "Payments" });
    const { hub, admin, reader } = await startAskingHub({
      payments: `${origin}/mcp`,
      weather: `${origin}/mcp`,
    });
    await ask(hub, admin, "/servers/weather/admit", {});
    const page = await open(hub, "/");
    await signIn(page, reader);
    await page.locator('[data-server="weather"]').waitFor();
    for (const path of ["/", "/ui/servers"]) {
      await page.goto(path);
      await page.locator('[data-server="weather"]').waitFor();
      expect(await page.getByText("payments").count()).toBe(0);
      expect(await page.getByRole("button", { name: /^Admit/ }).count()).toBe(0);
    }
    await page.goto("/ui/servers/payments");
    await page.getByText("There is no server with this id").waitFor();
    expect(await page.getByRole("button", { name: /^Admit/ }).count()).toBe(0);
  });
});
