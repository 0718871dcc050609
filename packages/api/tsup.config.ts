import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";

export default defineConfig(
  libraryBuild({
    index: "src/index.ts",
    sentence: "src/sentence.ts",
    config: "src/config/index.ts",
    "client-files": "src/client-files/index.ts",
  }),
);
