// npm run gauntlet: builds, then tries to get round tokens, grants and address rules in every way that is known. See
// bench/gauntlet/main.mjs and docs/reference/gauntlet.md; `-- --short` is the form CI runs.
import { build, install } from "./prepare.mjs";

install();
build();
await import("../bench/gauntlet/main.mjs");
