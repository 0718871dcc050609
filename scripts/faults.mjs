// npm run faults: builds, then breaks things under load. See bench/faults/main.mjs and docs/reference/faults.md;
// `-- --short` is the form CI runs. Lines on Postgres fail where it is missing and cannot be installed.
import { hasPostgres } from "./apt.mjs";
import { build, install } from "./prepare.mjs";

if (!hasPostgres()) console.error("PostgreSQL is missing (on Debian: apt-get install postgresql).");
install();
build();
await import("../bench/faults/main.mjs");
