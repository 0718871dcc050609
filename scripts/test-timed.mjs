// npm run test:timed: the tests that measure times, one after the other.
import { buildAllToRun, install } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

install();
buildAllToRun();
runVitest("--config", "vitest.timed.config.ts");
