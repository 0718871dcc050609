// npm run conformance: builds, then runs the official MCP conformance suite directly and through a hub. See
// interop/conformance/run.mjs; `-- --scenario ping --path aggregate` runs one scenario on one path.
import { pnpm } from "./pnpm.mjs";
import { build, install } from "./prepare.mjs";

install();
build();
const code = pnpm([
  "--dir",
  "interop",
  "--filter",
  "@hub/interop-conformance",
  "install",
  "--frozen-lockfile",
  "--prefer-offline",
  "--reporter=append-only",
]);
if (code !== 0) process.exit(code);
await import("../interop/conformance/run.mjs");
