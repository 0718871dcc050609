// npm run soak: builds, then runs the soak. See bench/soak/main.mjs; `-- --minutes 1` makes it short.
import { build, install } from "./prepare.mjs";

install();
build();
await import("../bench/soak/main.mjs");
