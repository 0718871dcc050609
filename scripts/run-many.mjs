// npm run run:many: builds, installs many stdio servers from npm into a scratch folder, and lets `mcp-hub run` serve
// them. See bench/many/run.mjs; `-- --write` puts the table into docs/reference/run-many.md.
import { build, install } from "./prepare.mjs";

install();
build();
await import("../bench/many/run.mjs");
