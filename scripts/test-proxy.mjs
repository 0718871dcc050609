// npm run test:proxy: tries a hub behind a real nginx with TLS. Installs nginx where it is missing, on Debian and Ubuntu, as root.
import { spawnSync } from "node:child_process";
import { aptInstall } from "./apt.mjs";
import { pnpm } from "./pnpm.mjs";
import { buildAllToRun, install } from "./prepare.mjs";

const isMissing = () => spawnSync("nginx", ["-v"]).status !== 0;

if (isMissing()) aptInstall("nginx", ["nginx-light"]);
if (isMissing()) {
  console.error(
    "NOT RUN: this test needs nginx. Install it (on Debian: apt-get install nginx-light).",
  );
  process.exit(1);
}
install();
buildAllToRun();
const config = ["--config", "vitest.proxy.config.ts"];
process.exitCode = pnpm(["exec", "vitest", "run", ...config, ...process.argv.slice(2)]);
