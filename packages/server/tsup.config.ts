import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";

export default defineConfig([
  libraryBuild({ index: "src/index.ts", "stdio-bridge": "src/stdio-bridge/run-bridge.ts" }),
  {
    // One file with all that it needs, for the bundle of Claude Desktop. It runs there on the Node.js that
    // Claude Desktop brings, or on one that the machine has: 18 and newer.
    entry: { "bundle-bridge": "src/stdio-bridge/bundle-main.ts" },
    format: ["cjs"],
    outExtension: () => ({ js: ".cjs" }),
    target: "node18",
    platform: "node",
    noExternal: [/.*/],
    minify: true,
    treeshake: true,
    clean: false,
    dts: false,
  },
]);
