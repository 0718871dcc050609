// npm run test:shells: presses Tab in bash, zsh and fish. Installs those that are missing, on Debian and Ubuntu, as root.
import { spawnSync } from "node:child_process";
import { aptInstall } from "./apt.mjs";
import { buildAllToRun, install } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

const missing = () =>
  ["bash", "zsh", "fish"].filter((shell) => spawnSync(shell, ["--version"]).status !== 0);

if (missing().length > 0) aptInstall(`the shells ${missing().join(" and ")}`, missing());
if (missing().length > 0) {
  console.error(`NOT RUN: these tests need ${missing().join(" and ")}. Install what is missing.`);
  process.exit(1);
}
install();
buildAllToRun();
runVitest("--config", "vitest.shells.config.ts");
