import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.js";

/** `npm run screenshots` says where pictures shall go, and wants nothing else. */
const include =
  process.env.SCREENSHOTS === undefined
    ? ["test/browser/**/*.browser.ts"]
    : ["test/browser/screenshots.ts"];

/** The tests of the web UI in a real browser, which `npm test` leaves out: not every machine has one. */
export default defineConfig({
  ssr: { resolve: { conditions: ["@hub/source"] } },
  resolve: { conditions: ["@hub/source"] },
  test: {
    include,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // A browser for each worker, and the code loaded once, not for each of 20 files.
    isolate: false,
  },
});
