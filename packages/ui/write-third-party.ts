import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { packageFolders, withDependencies, writeThirdParty } from "../../sbom.js";

/** Says beside the page which packages are in it, with their licences. */
export function writeThirdPartyOfPage(): Plugin {
  let root = "";
  return {
    name: "write-third-party",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    generateBundle(_, bundle) {
      const files = Object.values(bundle).flatMap((one) =>
        one.type === "chunk" ? one.moduleIds : [],
      );
      const inside = packageFolders(files).map((folder) => realpathSync(folder));
      // What it makes of the style sheet has its own rules in it, from no file that is bundled.
      const [styles = ""] = withDependencies(["tailwindcss"], root);
      writeThirdParty(join(root, "dist"), root, [...new Set([...inside, styles])]);
    },
  };
}
