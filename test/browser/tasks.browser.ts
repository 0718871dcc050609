import { writeFileSync } from "node:fs";
import { closeServers } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { cleanStage, open } from "./stage.js";
import { before } from "./tasks/before.js";
import { startDay } from "./tasks/day.js";
import { Hands } from "./tasks/hands.js";
import { type Figures, hands as handsOf, newAtMost, reportOf, sums } from "./tasks/report.js";
import { tasks } from "./tasks/ten.js";

cleanStage();
afterEach(closeServers);

test("ten tasks take at most half of what they took, and new ones at most five clicks and keys", {
  timeout: 300_000,
}, async () => {
  const day = await startDay();
  const now: Record<string, Figures> = {};
  for (const [name, run] of Object.entries(tasks)) {
    // Each by somebody who is here for the first time.
    const page = await open(day.hub);
    await page.locator('[data-server="billing"] [data-status="up"]').waitFor();
    const hands = new Hands(page);
    await run(hands, day);
    now[name] = hands.figures();
    await page.context().close();
  }
  // Written in any case: who misses a bar wants to see by how much.
  const { TASKS: file } = process.env;
  if (file !== undefined) writeFileSync(file, reportOf(now));
  const all = sums(now);
  expect(Object.keys(now)).toHaveLength(10);
  expect(all.now, JSON.stringify(now)).toBeLessThanOrEqual(all.before / 2);
  for (const [name, figures] of Object.entries(now))
    if (before[name] === undefined) expect(handsOf(figures), name).toBeLessThanOrEqual(newAtMost);
});
