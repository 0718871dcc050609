// npm run backup [-- <folder>]: copies the data of a hub, also while it runs, and checks the copy. A folder is
// named from where the command was typed, and the data directory from here, as the hub does it.
import { resolve } from "node:path";
import { buildToRun, install } from "./prepare.mjs";

install();
buildToRun("apps/hub");
const typedIn = process.env.INIT_CWD ?? process.cwd();
const [node, script, ...args] = process.argv;
const placed = args.map((arg) => (arg.startsWith("-") ? arg : resolve(typedIn, arg)));
process.argv = [node, script, "backup", ...placed];
await import("../apps/hub/dist/main.js");
