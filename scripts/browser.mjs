// npm run test:browser: installs, builds and runs the tests of the web UI in a real Chromium.
import { chromium } from "./chromium.mjs";
import { pnpm } from "./pnpm.mjs";
import { build, install } from "./prepare.mjs";

process.env.CHROMIUM_PATH = chromium();
install();
build();
const config = ["--config", "vitest.browser.config.ts"];
process.exitCode = pnpm(["exec", "vitest", "run", ...config, ...process.argv.slice(2)]);
