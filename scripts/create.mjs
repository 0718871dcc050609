// npm run create -- <folder> [options]: makes a new server that registers itself, from a clone. The helper's
// tarball goes with it, since no registry has our packages yet.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { packInto, published } from "./pack-into.mjs";
import { buildToRun, buildWithTypes, install, root } from "./prepare.mjs";

const asked = process.argv.slice(2);
install();
buildToRun("packages/create-server");
const namesHelper = asked.some((one) => one === "--helper" || one.startsWith("--helper="));
if (!namesHelper && asked.some((one) => !one.startsWith("-"))) {
  const helper = published().filter(({ name }) => name === "@hub/register");
  buildWithTypes(...helper.map(({ folder }) => folder));
  const folder = join(root, "packed");
  mkdirSync(folder, { recursive: true });
  const [packed] = packInto(folder, helper);
  process.argv.push("--helper", packed.tarball);
}
process.chdir(process.env.INIT_CWD ?? ".");
await import("../packages/create-server/dist/main.js");
