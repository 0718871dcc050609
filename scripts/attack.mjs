// npm run attack: builds, then attacks a hub of its own in every way that is known, or the one that `--hub` names.
// See bench/attack/main.mjs and docs/reference/attack.md; `-- --short` is the form CI runs.
import { build, install } from "./prepare.mjs";

install();
build();
await import("../bench/attack/main.mjs");
