import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pnpm } from "./pnpm.mjs";
import { root } from "./prepare.mjs";

/** Every published package: `{ name, folder, manifest }`, the folder as seen from `at`. Default: here. */
export function published(at = root) {
  return ["packages", "apps"]
    .flatMap((group) => readdirSync(join(at, group)).map((name) => `${group}/${name}`))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(at, folder, "package.json"), "utf8")),
    }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }));
}

/** Packs packages, which are built, into a folder. `at`: see `published`. Throws for one that cannot be packed. */
export function packInto(target, packages, at = root) {
  return packages.map(({ name, folder, manifest }) => {
    const quiet = { stdio: ["ignore", "ignore", "inherit"] };
    const code = pnpm(["--dir", join(at, folder), "pack", "--pack-destination", target], quiet);
    if (code !== 0) throw new Error(`${name} cannot be packed`);
    const file = `${name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
    return { name, manifest, tarball: join(target, file) };
  });
}
