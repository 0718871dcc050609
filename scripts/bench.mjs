// npm run bench: builds, then measures. `npm run bench -- registry`, `-- gateway`, `-- ui`, `-- access` or `-- hubs` measures one part;
// `--quick` makes the gateway part short. See bench/registry.mjs, bench/gateway/main.mjs and bench/access.mjs.
import { hasPostgres } from "./apt.mjs";
import { build, install } from "./prepare.mjs";

const parts = {
  registry: "../bench/registry.mjs",
  gateway: "../bench/gateway/main.mjs",
  ui: "../bench/ui.mjs",
  access: "../bench/access.mjs",
  hubs: "../bench/hubs/main.mjs",
};
const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const unknown = named.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(", ")}; the parts are ${Object.keys(parts).join(", ")}.`,
  );
  process.exit(1);
}

install();
build();
for (const name of named.length > 0 ? named : Object.keys(parts)) {
  if (name === "hubs" && !hasPostgres()) {
    console.error("NOT RUN: hubs. It needs PostgreSQL (on Debian: apt-get install postgresql).");
    process.exitCode = 1;
  } else await import(parts[name]);
}
