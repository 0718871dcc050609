import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Installs packages on Debian and Ubuntu, as root; elsewhere it does nothing, and whoever needs them says so. */
export function aptInstall(what, packages) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  console.log(`Installing ${what}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", ...packages],
  ])
    spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
}

/** Whether PostgreSQL is here, after it was installed where that is allowed. */
export function hasPostgres() {
  const isHere = () =>
    existsSync("/usr/lib/postgresql") || spawnSync("postgres", ["--version"]).status === 0;
  if (!isHere()) aptInstall("PostgreSQL", ["postgresql"]);
  return isHere();
}
