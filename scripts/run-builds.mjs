// node scripts/run-builds.mjs [<folder> ...]: runs the build scripts of these workspace packages, or of all, and
// of those they stand on, each as soon as those are done. What `npm start` and `npm test` need of turbo,
// without a package manager for each package.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function readPackages() {
  const folders = ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  );
  folders.push(join(root, "examples"));
  const found = folders
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
    }));
  return new Map(found.map((one) => [one.manifest.name, one]));
}

const packages = readPackages();
const running = new Map();

/** Resolves when a package and all it stands on are built. Rejects with what the build that failed printed. */
function built(name) {
  if (!running.has(name)) running.set(name, buildAfterOthers(packages.get(name)));
  return running.get(name);
}

async function buildAfterOthers({ folder, manifest }) {
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  await Promise.all(needed.filter((name) => packages.has(name)).map(built));
  if (manifest.scripts?.build) await run(manifest.scripts.build, folder);
}

function run(script, folder) {
  const programs = [folder, root].map((place) => join(place, "node_modules", ".bin"));
  const path = [...programs, process.env.PATH].join(delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn(script, { cwd: folder, shell: true, env: { ...process.env, PATH: path } });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${folder}: ${script}\n${output}`)),
    );
  });
}

const wanted = process.argv.slice(2).map((folder) => join(root, folder));
try {
  const names = [...packages].filter(
    ([, { folder }]) => wanted.length === 0 || wanted.includes(folder),
  );
  await Promise.all(names.map(([name]) => built(name)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
