import { defineConfig, mergeConfig } from "vitest/config";
import everywhere from "./vitest.config.js";

/** `npm run test:shells`: what needs shells that a machine may lack. */
export default mergeConfig(
  { ...everywhere, test: { ...everywhere.test, include: [], exclude: [] } },
  defineConfig({ test: { include: ["test/**/*.shells.test.ts"] } }),
);
