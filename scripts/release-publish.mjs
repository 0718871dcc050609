// npm run release:publish: builds, and publishes every package whose version is not on the registry yet.

import { published } from "./pack-into.mjs";
import { pnpm } from "./pnpm.mjs";
import { buildWithTypes, install, root } from "./prepare.mjs";
import { setRepository } from "./set-repository.mjs";

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
if (server === undefined || repository === undefined) {
  console.error(
    "Expected GITHUB_SERVER_URL and GITHUB_REPOSITORY, which say where the code is (https://github.com and owner/name). A workflow of GitHub has them; elsewhere set them.",
  );
  process.exit(2);
}
install();
buildWithTypes(...published().map(({ folder }) => folder));
setRepository(root, `${server}/${repository}`);
process.exitCode = pnpm(["exec", "changeset", "publish"]);
