// Packs every published package and looks at it as a consumer would: publint, attw, and an empty
// project that installs the tarballs and imports each entry point.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pnpm } from "./pnpm.mjs";
import { build, install, root } from "./prepare.mjs";

install();
build();
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-pack-"));
const failures = [];
const packages = readdirSync(join(root, "packages"))
  .map((name) => ({
    folder: join(root, "packages", name),
    manifest: JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")),
  }))
  .filter(({ manifest }) => manifest.private !== true);

const tarballs = new Map();
for (const { folder: source, manifest } of packages) {
  if (
    pnpm(["--dir", source, "pack", "--pack-destination", folder], {
      stdio: ["ignore", "ignore", "inherit"],
    }) !== 0
  ) {
    failures.push(`${manifest.name}: pack failed`);
    continue;
  }
  const file = `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
  const tarball = join(folder, file);
  tarballs.set(manifest.name, tarball);
  if (pnpm(["exec", "publint", "run", tarball, "--strict"]) !== 0)
    failures.push(`${manifest.name}: publint`);
  if (pnpm(["exec", "attw", tarball, "--profile", "esm-only"]) !== 0)
    failures.push(`${manifest.name}: attw`);
}

const consumer = join(folder, "consumer");
execFileSync("mkdir", ["-p", consumer]);
const dependencies = Object.fromEntries(
  [...tarballs].map(([name, tarball]) => [name, `file:${tarball}`]),
);
writeFileSync(
  join(consumer, "package.json"),
  JSON.stringify(
    { name: "consumer", private: true, type: "module", dependencies, overrides: dependencies },
    null,
    2,
  ),
);
execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
  cwd: consumer,
  stdio: "inherit",
});
for (const { manifest } of packages) {
  for (const entry of Object.keys(manifest.exports)) {
    if (entry === "./package.json" || entry === "./testing") continue;
    const specifier = entry === "." ? manifest.name : `${manifest.name}${entry.slice(1)}`;
    try {
      const names = execFileSync(
        process.execPath,
        [
          "-e",
          `import(${JSON.stringify(specifier)}).then((module) => console.log(Object.keys(module).length))`,
        ],
        { cwd: consumer, encoding: "utf8" },
      );
      console.log(
        `${specifier}: ${names.trim()} exports, imported from its tarball in an empty project`,
      );
    } catch (error) {
      failures.push(
        `${specifier}: cannot be imported from its tarball (${error.message.split("\n")[0]})`,
      );
    }
  }
}
rmSync(folder, { recursive: true, force: true });
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
