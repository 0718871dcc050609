// npm run tasks: ten things that people do on the page, counted in clicks, keystrokes and seconds, into docs/reference/tasks.md.
import { join } from "node:path";
import { chromium } from "./chromium.mjs";
import { pnpm } from "./pnpm.mjs";
import { buildAllToRun, install, root } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

process.env.CHROMIUM_PATH = chromium();
process.env.TASKS = join(root, "docs", "reference", "tasks.md");
install();
buildAllToRun();
runVitest("--config", "vitest.browser.config.ts", "test/browser/tasks.browser.ts");
// Its tables as the other pages have theirs.
pnpm(["exec", "biome", "check", "--write", process.env.TASKS]);
