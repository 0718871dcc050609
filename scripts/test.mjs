// npm test: installs, builds (tests start the built programs as real processes) and runs every test.

import { pnpm } from "./pnpm.mjs";
import { buildAllToRun, install } from "./prepare.mjs";

install();
buildAllToRun();
process.exitCode = pnpm(["exec", "vitest", "run", ...process.argv.slice(2)]);
