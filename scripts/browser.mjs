// npm run test:browser: installs, builds and runs the tests of the web UI in a real Chromium.
import { chromium } from "./chromium.mjs";
import { build, install } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

process.env.CHROMIUM_PATH = chromium();
install();
build();
runVitest("--config", "vitest.browser.config.ts");
