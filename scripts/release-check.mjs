// npm run release:check: a release without publishing. In a copy of the repository it raises the versions as the
// changesets say, and packs every published package; then it looks at what people would get.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packInto, published } from "./pack-into.mjs";
import { pnpm } from "./pnpm.mjs";
import { buildWithTypes, install, root } from "./prepare.mjs";
import { setRepository } from "./set-repository.mjs";

/** What every tarball must have beside its code. */
const always = ["package.json", "README.md", "LICENSE"];
const ofManifest = ["repository", "homepage", "bugs", "keywords", "license", "description"];

const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** The files that the next commit could have, and what was built of them. */
function copyTo(folder, packages) {
  const files = run("git", ["ls-files", "-co", "--exclude-standard", "-z"], root).split("\0");
  for (const file of files.filter((one) => one !== "" && existsSync(join(root, one)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  for (const { folder: one } of packages)
    for (const made of ["dist", "assets"])
      if (existsSync(join(root, one, made)))
        cpSync(join(root, one, made), join(folder, one, made), { recursive: true });
  // Changesets asks git who wrote what.
  const git = (...args) =>
    run("git", ["-c", "user.name=release", "-c", "user.email=release@localhost", ...args], folder);
  git("init", "--quiet", "--initial-branch=main");
  git("add", "-A");
  git("commit", "--quiet", "-m", "A copy");
}

/** What was built into a package must be in its bill of materials, as it is in its licences. */
function unbilled(tarball, files) {
  const text = (file) => run("tar", ["-xzOf", tarball, `package/dist/${file}`], root);
  if (!files.includes("package/dist/THIRD-PARTY.txt")) return [];
  if (!files.includes("package/dist/sbom.cdx.json")) return ["has no dist/sbom.cdx.json"];
  const { components } = JSON.parse(text("sbom.cdx.json"));
  const billed = new Set(
    components.map(({ group, name, version }) =>
      [group === undefined ? name : `${group}/${name}`, version].join(" "),
    ),
  );
  return [...text("THIRD-PARTY.txt").matchAll(/^((?:@[\w.-]+\/)?[\w.-]+ \d+\.\d+\.\S+) \(.+\)$/gm)]
    .filter(([, one]) => !billed.has(one))
    .map(([, one]) => `has ${one} in it, which its dist/sbom.cdx.json does not say`);
}

function faultsOf({ name, tarball }) {
  const files = run("tar", ["-tzf", tarball], root).split("\n");
  const manifest = JSON.parse(run("tar", ["-xzOf", tarball, "package/package.json"], root));
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
  return [
    ...unbilled(tarball, files),
    ...always.filter((file) => !files.includes(`package/${file}`)).map((file) => `has no ${file}`),
    ...ofManifest.filter((key) => manifest[key] === undefined).map((key) => `says no ${key}`),
    ...ranges
      .filter(([, range]) => range.startsWith("workspace:"))
      .map(([one]) => `wants ${one} of a workspace`),
  ].map((fault) => `${name} ${fault}`);
}

install();
const before = published();
buildWithTypes(...before.map(({ folder }) => folder));
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-release-"));
const failures = [];
try {
  copyTo(folder, before);
  const changesets = (at) =>
    readdirSync(join(at, ".changeset")).filter(
      (name) => name.endsWith(".md") && name !== "README.md",
    );
  const pending = changesets(folder).length;
  // Ranges of the workspace become versions by what is installed there.
  const quiet = { stdio: ["ignore", "ignore", "inherit"] };
  const args = [
    "--dir",
    folder,
    "install",
    "--frozen-lockfile",
    "--prefer-offline",
    "--ignore-scripts",
  ];
  if (pnpm(args, quiet) !== 0) throw new Error("The copy cannot be installed");
  run(process.execPath, [join(root, "node_modules/@changesets/cli/bin.js"), "version"], folder);
  if (changesets(folder).length > 0) failures.push("Not every changeset was taken up.");
  setRepository(folder, "https://github.com/example/mcp-hub");
  const after = published(folder);
  for (const { name, folder: one, manifest } of after) {
    const old = before.find((known) => known.name === name)?.manifest.version;
    const log = join(folder, one, "CHANGELOG.md");
    const isTold = existsSync(log) && readFileSync(log, "utf8").includes(`## ${manifest.version}`);
    if (manifest.version !== old && !isTold)
      failures.push(`${name} has no entry for ${manifest.version} in its changelog`);
    console.log(`${name}  ${old} -> ${manifest.version}`);
  }
  const target = join(folder, "packed");
  mkdirSync(target);
  for (const packed of packInto(target, after, folder)) failures.push(...faultsOf(packed));
  console.log(`${pending} changesets, ${after.length} packages packed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
