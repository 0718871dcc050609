// npm run test:timed: the tests that measure times, one after the other.
import { pnpm } from "./pnpm.mjs";
import { build, install } from "./prepare.mjs";

install();
build();
const config = ["--config", "vitest.timed.config.ts"];
process.exitCode = pnpm(["exec", "vitest", "run", ...config, ...process.argv.slice(2)]);
