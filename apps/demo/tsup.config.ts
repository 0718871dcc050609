import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";

export default defineConfig({
  ...libraryBuild({ main: "src/main.ts", "end-with-demo": "src/end-with-demo.ts" }),
  dts: false,
});
