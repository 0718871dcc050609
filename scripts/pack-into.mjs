import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pnpm } from "./pnpm.mjs";
import { root } from "./prepare.mjs";

/** Packs every published package into a folder. Throws for one that cannot be packed. */
export function packInto(folder) {
  return readdirSync(join(root, "packages"))
    .map((name) => join(root, "packages", name))
    .map((source) => ({
      source,
      manifest: JSON.parse(readFileSync(join(source, "package.json"), "utf8")),
    }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ source, manifest }) => {
      const quiet = { stdio: ["ignore", "ignore", "inherit"] };
      const code = pnpm(["--dir", source, "pack", "--pack-destination", folder], quiet);
      if (code !== 0) throw new Error(`${manifest.name} cannot be packed`);
      const file = `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
      return { name: manifest.name, manifest, tarball: join(folder, file) };
    });
}
