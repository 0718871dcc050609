// npm run conformance: builds, then runs the official MCP conformance suite directly and through a hub. See
// interop/conformance/run.mjs; `-- --scenario ping --path aggregate` runs one scenario on one path.
import { build, install, installInterop } from "./prepare.mjs";

install();
build();
installInterop("conformance");
await import("../interop/conformance/run.mjs");
