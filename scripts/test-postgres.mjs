// npm run test:postgres: tries the store in Postgres, and several hubs on one. Installs PostgreSQL where it is missing, on Debian and Ubuntu, as root.
import { hasPostgres } from "./apt.mjs";
import { chromium } from "./chromium.mjs";
import { pnpm } from "./pnpm.mjs";
import { buildAllToRun, install } from "./prepare.mjs";

if (!hasPostgres()) {
  console.error(
    "NOT RUN: these tests need PostgreSQL. Install it (on Debian: apt-get install postgresql).",
  );
  process.exit(1);
}
// One of them looks at the page.
process.env.CHROMIUM_PATH = chromium();
install();
buildAllToRun();
const config = ["--config", "vitest.postgres.config.ts"];
process.exitCode = pnpm(["exec", "vitest", "run", ...config, ...process.argv.slice(2)]);
