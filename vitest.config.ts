import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.js";

export default defineConfig({
  ssr: { resolve: { conditions: ["@hub/source"] } },
  resolve: { conditions: ["@hub/source"] },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "apps/*/{src,test}/**/*.test.ts",
      "examples/*.test.ts",
      "test/**/*.test.ts",
    ],
    // `npm run test:timed`, `npm run test:heavy`, `npm run test:shells`, `npm run test:proxy`, `npm run test:postgres`
    exclude: [...configDefaults.exclude, "**/*.{timed,heavy,shells,proxy,postgres}.test.ts"],
    globalSetup: ["test/support/in-memory.ts"],
    setupFiles: [fileURLToPath(new URL("test/support/keep-alive.ts", import.meta.url))],
    // For what never ends. What takes long on a machine that does much else is not a fault.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // More than there are cores: most of these tests wait for other processes for most of their time.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    // Loading the code anew for each of 200 files took longer than many of them. No test counts on fresh modules.
    isolate: false,
  },
});
