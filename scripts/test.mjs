// npm test: installs, builds (tests start the built programs as real processes) and runs every test.

import { buildAllToRun, install } from "./prepare.mjs";
import { runVitest } from "./vitest.mjs";

install();
buildAllToRun();
runVitest();
