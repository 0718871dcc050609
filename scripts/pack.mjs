// npm run pack [-- register ...]: builds published packages, all or those named, and packs them into
// ./packed, for projects that cannot get them from a registry. `npm install <this folder>/packed/hub-register-*.tgz`
// is all that a server needs.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packInto, published } from "./pack-into.mjs";
import { buildWithTypes, install, root } from "./prepare.mjs";

const names = published().map(({ name }) => name);
const usage = `Usage: npm run pack [-- <package> ...]

Packs published packages into ./packed: all of them, or those named. Packages: ${names.join(", ")}
`;

/** The packages that the arguments name, with or without their scope. */
function wanted() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const unknown = positionals.find((one) => !names.some((name) => isNamed(name, one)));
  if (unknown !== undefined) throw new Error(`There is no package "${unknown}"`);
  return published().filter(
    ({ name }) => positionals.length === 0 || positionals.some((one) => isNamed(name, one)),
  );
}

const isNamed = (name, given) => given === name || `@hub/${given}` === name;

let packages;
try {
  packages = wanted();
} catch (error) {
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exit(2);
}
install();
buildWithTypes(...packages.map(({ folder }) => folder));
const folder = join(root, "packed");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const { name, tarball } of packInto(folder, packages)) console.log(`${name}  ${tarball}`);
