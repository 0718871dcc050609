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

/** Packs packages, which are built, into a folder. `at`: see `published`. Throws when they cannot be packed. */
export function packInto(target, packages, at = root) {
  // All at once: a start of the package manager takes longer than a package.
  const which = packages.flatMap(({ name }) => ["--filter", name]);
  const pack = ["--dir", at, "--recursive", ...which, "pack", "--pack-destination", target];
  const code = pnpm(pack, { stdio: ["ignore", "ignore", "inherit"] });
  if (code !== 0) throw new Error(`${packages.map(({ name }) => name)} cannot be packed`);
  return packages.map(({ name, manifest }) => {
    const file = `${name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
    return { name, manifest, tarball: join(target, file) };
  });
}
