// npm run release:publish begins with this: packages say where their code is, which is known where they are
// published from.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { published } from "./pack-into.mjs";

/** Writes the address of the repository into the manifest of every published package. */
export function setRepository(root, url) {
  for (const { folder, manifest } of published(root)) {
    const told = {
      ...manifest,
      homepage: `${url}/tree/main/${folder}#readme`,
      bugs: `${url}/issues`,
      repository: { type: "git", url: `git+${url}.git`, directory: folder },
    };
    writeFileSync(join(root, folder, "package.json"), `${JSON.stringify(told, null, 2)}\n`);
  }
}
