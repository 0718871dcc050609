import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";

export default defineConfig([
  libraryBuild({ index: "src/index.ts", "stdio-bridge": "src/stdio-bridge/index.ts" }),
  {
    // One file with all that it needs, for the bundle of Claude Desktop. It runs there on the Node.js that
    // Claude Desktop brings, or on one that the machine has: 18 and newer.
    entry: { bridge: "src/stdio-bridge/bundle-main.ts" },
    outDir: "assets/claude-desktop",
    format: ["cjs"],
    outExtension: () => ({ js: ".cjs" }),
    target: "node18",
    platform: "node",
    noExternal: [/.*/],
    // From the sources, so that nothing gets into the file that the bridge does not use.
    esbuildOptions: (options) => {
      options.conditions = ["@hub/source"];
    },
    minify: true,
    treeshake: true,
    clean: false,
    dts: false,
  },
]);
