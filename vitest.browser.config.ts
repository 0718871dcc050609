import { defineConfig } from "vitest/config";

/** The tests of the web UI in a real browser, which `npm test` leaves out: not every machine has one. */
export default defineConfig({
  ssr: { resolve: { conditions: ["@hub/source"] } },
  resolve: { conditions: ["@hub/source"] },
  test: {
    include: ["test/browser/**/*.browser.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
