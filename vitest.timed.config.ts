import { defineConfig, mergeConfig } from "vitest/config";
import everywhere from "./vitest.config.js";

/** `npm run test:timed`: what is measured in milliseconds has the machine for itself. */
export default mergeConfig(
  { ...everywhere, test: { ...everywhere.test, include: [], exclude: [] } },
  defineConfig({ test: { include: ["test/**/*.timed.test.ts"], fileParallelism: false } }),
);
