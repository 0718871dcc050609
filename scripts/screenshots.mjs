// npm run screenshots [-- folder]: pictures of every page at three widths, dark and light.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { chromium } from "./chromium.mjs";
import { pnpm } from "./pnpm.mjs";
import { build, install } from "./prepare.mjs";

const folder = resolve(process.argv[2] ?? "screenshots");
process.env.CHROMIUM_PATH = chromium();
process.env.SCREENSHOTS = folder;
install();
build();
mkdirSync(folder, { recursive: true });
process.exitCode = pnpm(["exec", "vitest", "run", "--config", "vitest.browser.config.ts"]);
console.log(`The pictures are in ${folder}`);
