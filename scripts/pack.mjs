// npm run pack: builds and packs every published package into ./packed, for projects that cannot get
// them from a registry: `npm install <this folder>/packed/*.tgz`.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packInto } from "./pack-into.mjs";
import { build, install, root } from "./prepare.mjs";

install();
build();
const folder = join(root, "packed");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const { name, tarball } of packInto(folder)) console.log(`${name}  ${tarball}`);
