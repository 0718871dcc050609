import { realpathSync } from "node:fs";
import type { Options } from "tsup";
import { packageFolders, writeThirdParty } from "../../sbom.js";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/**
 * Writes beside a bundle which packages are in it, and their licences, as they ask for. `outside`: the folders of those
 * that it needs beside itself. Default: none.
 */
export const thirdParty = (outside: () => readonly string[] = () => []): Plugin => ({
  name: "third-party",
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd((result) => {
      const { outdir } = build.initialOptions;
      const inside = packageFolders(Object.keys(result.metafile?.inputs ?? {})).map((folder) =>
        realpathSync(folder),
      );
      if (outdir !== undefined) writeThirdParty(outdir, process.cwd(), inside, outside());
    });
  },
});
