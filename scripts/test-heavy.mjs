// npm run test:heavy: hundreds of greedy clients, and the demo from its start to its end.
import { buildAllToRun, install } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

install();
buildAllToRun();
runVitest("--config", "vitest.heavy.config.ts");
