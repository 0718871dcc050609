// npm start: installs and builds if needed, then becomes the hub. The hub runs in this very process,
// so that signals sent to it arrive: in a POSIX shell this process takes the shell's place, and gets what npm
// puts behind the script. The shell of Windows knows no functions and goes on behind `||`, with `-- ; hub` first.
import { buildToRun, install } from "./prepare.mjs";

const [node, script, ...args] = process.argv;
const isWindowsShell = args[0] === "--" && args[1] === ";";
process.argv = [node, script, ...(isWindowsShell ? args.slice(3) : args)];
install();
buildToRun("apps/hub");
await import("../apps/hub/dist/main.js");
