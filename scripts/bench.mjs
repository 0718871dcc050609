// npm run bench: builds, then measures the registry part. See bench/registry.mjs.
import { build, install } from "./prepare.mjs";

install();
build();
await import("../bench/registry.mjs");
