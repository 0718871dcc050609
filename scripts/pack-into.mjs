import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pnpm } from "./pnpm.mjs";
import { root } from "./prepare.mjs";

/** Every published package: `{ name, folder, manifest }`, the folder as seen from the root. */
export function published() {
  return ["packages", "apps"]
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")),
    }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }));
}

/** Packs packages, which are built, into a folder. Throws for one that cannot be packed. */
export function packInto(target, packages) {
  return packages.map(({ name, folder, manifest }) => {
    const quiet = { stdio: ["ignore", "ignore", "inherit"] };
    const code = pnpm(["--dir", join(root, folder), "pack", "--pack-destination", target], quiet);
    if (code !== 0) throw new Error(`${name} cannot be packed`);
    const file = `${name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
    return { name, manifest, tarball: join(target, file) };
  });
}
