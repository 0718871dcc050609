// npm run conformance: builds, then runs the official MCP conformance suite directly and through a hub. See
// interop/conformance/run.mjs; `-- --scenario ping --path aggregate` runs one scenario on one path, and `-- --hubs 2`
// goes through two hubs on one PostgreSQL behind one nginx.
import { hasPostgres } from "./apt.mjs";
import { build, install, installInterop } from "./prepare.mjs";

if (process.argv.includes("--hubs")) hasPostgres();
install();
build();
installInterop("conformance");
await import("../interop/conformance/run.mjs");
