// npm run demo: builds, then tells the story on the terminal.
import { buildToRun, install } from "./prepare.mjs";

install();
buildToRun("apps/demo");
await import("../apps/demo/dist/main.js");
