// npm run hub -- <command>: the command line of MCP Hub from a clone, as mcp-hub is where it is installed. Files
// are named from where the command was typed; the data directory, unless it is set, is the one of npm start.
import { join } from "node:path";
import { buildToRun, install, root } from "./prepare.mjs";

install();
buildToRun("apps/hub");
process.env.MCP_HUB_DATA_DIR ||= join(root, "data");
process.chdir(process.env.INIT_CWD ?? ".");
await import("../apps/hub/dist/main.js");
