// npm run screenshots [-- folder]: pictures of every page at three widths, dark and light.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { chromium } from "./chromium.mjs";
import { buildAllToRun, install } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

// The folder is no argument of vitest, which is given those of this command.
const [given = "screenshots"] = process.argv.splice(2);
const folder = resolve(given);
process.env.CHROMIUM_PATH = chromium();
process.env.SCREENSHOTS = folder;
install();
buildAllToRun();
mkdirSync(folder, { recursive: true });
runVitest("--config", "vitest.browser.config.ts");
console.log(`The pictures are in ${folder}`);
