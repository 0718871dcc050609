import { defineConfig, mergeConfig } from "vitest/config";
import everywhere from "./vitest.config.js";

/** `npm run test:heavy`: what keeps a whole machine busy for a while runs one after the other. */
export default mergeConfig(
  { ...everywhere, test: { ...everywhere.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ["test/**/*.heavy.test.ts", "apps/*/test/**/*.heavy.test.ts"],
      fileParallelism: false,
    },
  }),
);
