// npm test: installs, builds (tests start the built programs as real processes) and runs every test.

import { pnpm } from "./pnpm.mjs";
import { build, install } from "./prepare.mjs";

install();
build();
process.exitCode = pnpm(["exec", "vitest", "run", ...process.argv.slice(2)]);
