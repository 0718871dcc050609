// npm start: installs and builds if needed, then becomes the hub. The hub runs in this very process,
// so that signals sent to it arrive.
import { buildToRun, install } from "./prepare.mjs";

install();
buildToRun("apps/hub");
await import("../apps/hub/dist/main.js");
