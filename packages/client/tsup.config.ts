import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";
import { writePlainTypes } from "./plain-types.js";

export default defineConfig(() => {
  const entries = libraryBuild({
    index: "src/index.ts",
    connect: "src/connect/v2.ts",
    "connect-v1": "src/connect/v1.ts",
  });
  // From the sources, file by file, so that the texts for clients stay out of it.
  const build = {
    ...entries,
    esbuildOptions: (options: { conditions?: string[] }) => {
      options.conditions = ["@hub/source"];
    },
  };
  if (typeof build.dts !== "object") return build;
  const plain = [writePlainTypes()];
  const paths = {
    "@hub/api": plain,
    "@hub/core": plain,
    "@hub/api/config": ["../api/src/config/index.ts"],
  };
  return { ...build, dts: { compilerOptions: { ...build.dts.compilerOptions, paths } } };
});
