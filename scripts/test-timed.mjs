// npm run test:timed: the tests that measure times, one after the other.
import { pnpm } from "./pnpm.mjs";
import { buildAllToRun, install } from "./prepare.mjs";

install();
buildAllToRun();
const config = ["--config", "vitest.timed.config.ts"];
process.exitCode = pnpm(["exec", "vitest", "run", ...config, ...process.argv.slice(2)]);
