import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import {
  commandsOfGuide,
  type Machines,
  Newcomer,
  twoAddresses,
  twoNamespaces,
} from "../support/network.js";
import { signIn } from "./signed-in.js";
import { cleanStage, open } from "./stage.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
// What is asked for last runs first: the page is closed before its hub goes.
cleanStage();

/** Two machines, as far as this one can pretend to be two. */
function machines(): Machines {
  try {
    return twoNamespaces();
  } catch (error) {
    // What guards main must not quietly try less.
    if (process.env.CI === "true") throw error;
    console.warn(`NOT IN TWO NETWORKS, but on two addresses of this machine: ${String(error)}`);
    return twoAddresses;
  }
}

test("with the hub on one machine, a server, an agent and a person in a browser on another, the guide's commands suffice", async () => {
  const two = machines();
  cleanups.push(() => two.remove());
  const newcomer = new Newcomer(two, two === twoAddresses ? await freePort() : 8_001);
  cleanups.push(() => newcomer.leave());
  const [makeOperator = "", start = "", makeFiles = "", makeAgent = "", serve = "", call = ""] =
    commandsOfGuide();
  expect(commandsOfGuide()).toHaveLength(6);

  expect((await newcomer.type(makeOperator).ended).code).toBe(0);
  await newcomer.type(start).saw("ready in");
  for (const line of [makeFiles, makeAgent]) expect((await newcomer.type(line).ended).code).toBe(0);
  await newcomer.type(serve, "far").saw(`registered "Files" at ${newcomer.hub}/servers/files`);
  const called = newcomer.type(call, "far");
  expect([(await called.ended).code, called.output]).toEqual([0, "42 files\n"]);

  // Chromium runs on the other machine, too.
  const chromium = join(newcomer.folder, "chromium");
  const far = two.on("far").join(" ");
  writeFileSync(chromium, `#!/bin/sh\nexec ${far} "${process.env.CHROMIUM_PATH}" "$@"\n`, {
    mode: 0o755,
  });
  const page = await open({ url: newcomer.hub }, "/", { program: chromium });
  await signIn(page, newcomer.token("operator"));
  await page.locator('[data-server="files"]').waitFor();

  await page.goto("/ui/servers/files?tab=tools&item=count");
  const panel = page.getByTestId("try");
  await panel.getByRole("button", { name: "Call", exact: true }).click();
  await panel.getByText("42 files").first().waitFor();

  await page.goto("/ui/access?tab=audit");
  const lines = page.getByRole("region", { name: "Lines of the audit" }).locator("tbody tr");
  for (const who of ["agent", "operator"])
    await lines.filter({ hasText: "files" }).filter({ hasText: who }).first().waitFor();
});
