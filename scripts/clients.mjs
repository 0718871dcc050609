// npm run interop:clients: builds, then lets real clients list and call through a hub. See
// interop/clients/run.mjs; `-- --write` puts the table into docs/reference/clients.md.
import { pnpm } from "./pnpm.mjs";
import { build, install } from "./prepare.mjs";

install();
build();
const code = pnpm([
  "--dir",
  "interop",
  "--filter",
  "@hub/interop-clients",
  "install",
  "--frozen-lockfile",
  "--prefer-offline",
  "--reporter=append-only",
]);
if (code !== 0) process.exit(code);
await import("../interop/clients/run.mjs");
