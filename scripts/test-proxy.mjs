// npm run test:proxy: tries hubs behind a real nginx with TLS, also with a real Chromium, and several on one PostgreSQL. Installs all three where they are missing, on Debian and Ubuntu, as root.
import { spawnSync } from "node:child_process";
import { aptInstall, hasPostgres } from "./apt.mjs";
import { chromium } from "./chromium.mjs";
import { buildAllToRun, install } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

const isMissing = () => spawnSync("nginx", ["-v"]).status !== 0;

if (isMissing()) aptInstall("nginx", ["nginx-light"]);
if (isMissing()) {
  console.error(
    "NOT RUN: this test needs nginx. Install it (on Debian: apt-get install nginx-light).",
  );
  process.exit(1);
}
hasPostgres();
process.env.CHROMIUM_PATH = chromium();
install();
buildAllToRun();
runVitest("--config", "vitest.proxy.config.ts");
