import { defineConfig } from "tsup";
import { thirdParty } from "../../packages/register/third-party.js";
import { libraryBuild } from "../../tsup.base.js";
import { inside, insideBanner, outsideFolders } from "./inside.js";

export default defineConfig({
  ...libraryBuild({ main: "src/main.ts" }),
  dts: false,
  noExternal: [/.*/],
  sourcemap: false,
  banner: { js: insideBanner },
  esbuildPlugins: [inside, thirdParty(outsideFolders)],
  esbuildOptions(options) {
    // From the sources, so that nothing of ours must be built before.
    options.conditions = ["@hub/source", "module"];
    // The other half of jsonc-parser looks for its files while it runs.
    options.mainFields = ["module", "main"];
  },
});
