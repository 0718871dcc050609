// npm run bench:search: builds, then measures how well tools are found. See bench/search/run.mjs.
import { build, install } from "./prepare.mjs";

install();
build();
await import("../bench/search/run.mjs");
