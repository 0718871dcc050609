// Installs and builds what is missing or stale, so that the commands need nothing before them. Each step that
// is not done yet is one line, with its time, on stderr: stdout belongs to the program that is started.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pnpm, quietPnpm } from "./pnpm.mjs";

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

const isDoneBefore = (name, digest) => {
  const stamp = join(stampFolder, name);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === digest;
};

/** Runs a step and says so, with the time it took. What it printed is shown when it failed. */
function step(name, title, digest, run) {
  process.stderr.write(`MCP Hub: ${title} ... `);
  const begin = performance.now();
  const { code, output } = run();
  const took = `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  if (code !== 0) {
    process.stderr.write(`failed after ${took}\n\n${output}\n`);
    console.error(`MCP Hub: "${title}" failed with exit code ${code}; the lines above say why.`);
    process.exit(code);
  }
  process.stderr.write(`${took}\n`);
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(join(stampFolder, name), digest);
}

const isFolder = (path) => existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();

export function install() {
  const digest = digestOf(manifests());
  if (isDoneBefore("install", digest) && isFolder("node_modules/.pnpm")) return;
  step("install", "installing the packages", digest, () =>
    quietPnpm(["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"]),
  );
}

/** What the checks with other people's programs need lives in a workspace of its own. */
export function installInterop(name) {
  const wanted = ["--filter", `@hub/interop-${name}`, "install", "--frozen-lockfile"];
  const quiet = ["--prefer-offline", "--reporter=append-only"];
  const code = pnpm(["--dir", "interop", ...wanted, ...quiet]);
  if (code !== 0) process.exit(code);
}

function sourcesDigest() {
  const sources = ["packages", "apps"]
    .flatMap(filesUnder)
    .filter((path) => !path.endsWith(".test.ts") && !path.includes("/test/"));
  const others = [
    "tsconfig.base.json",
    "tsup.base.ts",
    "sbom.ts",
    "turbo.json",
    "clients/python/mcp_hub.py",
  ];
  return digestOf([...manifests(), ...sources, ...others]);
}

const turbo = (args) =>
  quietPnpm(["exec", "turbo", "run", "build", "--output-logs=errors-only", ...args]);

/**
 * Builds these folders, all where there are none. Without types nothing is slow enough to be kept from one
 * build to the next, as turbo does: that costs more than these builds.
 */
function runBuilds(folders) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "scripts/run-builds.mjs"), ...folders],
    { encoding: "utf8", env: { ...process.env, HUB_TYPES: "off" } },
  );
  return { code: status ?? 1, output: `${stdout}${stderr}` };
}

const isAllThere = () => isFolder("apps/hub/dist") && isFolder("packages/ui/dist/web");

/** What a build without types leaves behind takes the place of what builds with types left. */
function forgetTypes() {
  if (!isFolder("node_modules/.mcp-hub")) return;
  for (const stamp of readdirSync(stampFolder))
    if (stamp === "build" || stamp.startsWith("types ")) rmSync(join(stampFolder, stamp));
}

function buildFolders(kind, folders, run) {
  const digest = sourcesDigest();
  if (isDoneBefore("build", digest) && isAllThere()) return;
  if (kind === "run" && isDoneBefore("run", digest) && isAllThere()) return;
  const stamp = `${kind} ${folders.join(" ")}`.replaceAll("/", "-");
  if (isDoneBefore(stamp, digest) && folders.every((folder) => isFolder(`${folder}/dist`))) return;
  if (kind === "run") forgetTypes();
  step(stamp, `building ${folders.join(", ")}`, digest, run);
}

/** Builds everything, with types. */
export function build() {
  const digest = sourcesDigest();
  if (isDoneBefore("build", digest) && isAllThere()) return;
  step("build", "building everything", digest, () => turbo([]));
}

/** Builds everything as far as running it needs it: without types, which take most of the time. */
export function buildAllToRun() {
  const digest = sourcesDigest();
  if (["build", "run"].some((stamp) => isDoneBefore(stamp, digest)) && isAllThere()) return;
  forgetTypes();
  step("run", "building everything", digest, () => runBuilds([]));
}

/** Builds the packages in these folders, and what they stand on, with types. */
export function buildWithTypes(...folders) {
  const filters = folders.map((folder) => `--filter=./${folder}`);
  buildFolders("types", folders, () => turbo(filters));
}

/** Builds the packages in these folders, and what they stand on, as far as running them needs it: without types. */
export function buildToRun(...folders) {
  buildFolders("run", folders, () => runBuilds(folders));
}
