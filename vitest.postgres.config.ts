import { defineConfig, mergeConfig } from "vitest/config";
import everywhere from "./vitest.config.js";

/** `npm run test:postgres`: what needs the programs of PostgreSQL, which a machine may lack. */
export default mergeConfig(
  { ...everywhere, test: { ...everywhere.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ["{packages,apps}/*/{src,test}/**/*.postgres.test.ts", "test/**/*.postgres.test.ts"],
    },
  }),
);
