// Installs and builds what is missing or stale, so that the two commands need nothing before them.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pnpm } from "./pnpm.mjs";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stampFolder = join(root, "node_modules", ".mcp-hub");

function digestOf(paths) {
  const hash = createHash("sha256").update(process.versions.modules);
  for (const path of paths) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

function filesUnder(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (["node_modules", "dist", "assets", ".turbo"].includes(entry.name)) return [];
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function manifests() {
  const folders = ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/package.json`),
  );
  return ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...folders].filter((path) =>
    existsSync(join(root, path)),
  );
}

/** Runs a step unless its inputs are the ones it last succeeded with. */
function step(name, inputs, isDone, run) {
  const stamp = join(stampFolder, name);
  const digest = digestOf(inputs);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest && isDone()) return;
  const code = run();
  if (code !== 0) {
    console.error(`\nMCP Hub: \`${name}\` failed with exit code ${code}; the lines above say why.`);
    process.exit(code);
  }
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stamp, digest);
}

const isFolder = (path) => existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();

export function install() {
  step(
    "install",
    manifests(),
    () => isFolder("node_modules/.pnpm"),
    () => pnpm(["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"]),
  );
}

/** What the checks with other people's programs need lives in a workspace of its own. */
export function installInterop(name) {
  const wanted = ["--filter", `@hub/interop-${name}`, "install", "--frozen-lockfile"];
  const quiet = ["--prefer-offline", "--reporter=append-only"];
  const code = pnpm(["--dir", "interop", ...wanted, ...quiet]);
  if (code !== 0) process.exit(code);
}

export function build() {
  const sources = ["packages", "apps", "scripts"]
    .flatMap(filesUnder)
    .filter((path) => !path.endsWith(".test.ts"));
  step(
    "build",
    [...manifests(), ...sources, "tsconfig.base.json", "tsup.base.ts", "turbo.json"],
    () => isFolder("apps/hub/dist") && isFolder("packages/ui/dist/web"),
    () => pnpm(["exec", "turbo", "run", "build", "--output-logs=errors-only"]),
  );
}
