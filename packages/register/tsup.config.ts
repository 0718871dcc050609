import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";
import { thirdParty } from "./third-party.js";

// Everything it stands on is inside, so that its tarball installs alone.
export default defineConfig({
  ...libraryBuild({
    index: "src/index.ts",
    lease: "src/lease/index.ts",
    run: "src/run.ts",
    cli: "src/cli.ts",
  }),
  noExternal: ["@modelcontextprotocol/server"],
  // Maps of other people's code would be most of the tarball.
  sourcemap: false,
  // Some of what is inside is CommonJS, which asks for Node's own modules.
  banner: {
    js: 'import { createRequire as createRequireHere } from "node:module"; const require = createRequireHere(import.meta.url);',
  },
  esbuildPlugins: [thirdParty()],
  esbuildOptions(options) {
    // The other half of jsonc-parser looks for its files while it runs.
    options.mainFields = ["module", "main"];
  },
});
