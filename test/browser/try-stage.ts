import { register } from "@hub/register";
import type { HubProcess } from "@hub/testing";
import type { Locator, Page } from "playwright-core";
import { afterEach } from "vitest";
import { trials } from "./servers/trials.js";
import { cleanStage, open, startProgram } from "./stage.js";

const closing: (() => Promise<unknown>)[] = [];

/** As `cleanStage`; also ends the servers that run within the test itself, before their hub. */
export function cleanTryStage(): void {
  cleanStage();
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
}

export async function startTrials(hub: HubProcess) {
  const seen = { erased: 0, cancelled: 0 };
  const options = { hubUrl: hub.url, port: 0, signals: false, log: () => {} };
  const registered = await register(() => trials(seen), options).ready;
  closing.push(() => registered.close());
  await hub.status("trials", "up");
  return seen;
}

export async function startEverything(hub: HubProcess): Promise<void> {
  startProgram(hub, "apps/everything/dist/main.js");
  await hub.status("everything", "up");
}

/** The panel of one tool, prompt or resource. */
export async function panelOf(hub: HubProcess, server: string, tab: string, item: string) {
  const path = `/ui/servers/${server}?tab=${tab}&item=${encodeURIComponent(item)}`;
  const page = await open(hub, path);
  const panel = page.getByTestId("try");
  await panel.waitFor();
  return { page, panel };
}

export const press = (within: Page | Locator, name: string) =>
  within.getByRole("button", { name, exact: true }).click();
export const shows = (within: Page | Locator, text: string) =>
  within.getByText(text).first().waitFor();
export const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
