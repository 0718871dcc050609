// In the workflow of a release: puts the bill of materials of each published package that has one beside its release.
// Its argument is what changesets/action says was published: a JSON list of names and versions.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { published } from "./pack-into.mjs";
import { root } from "./prepare.mjs";

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-sboms-"));
const packages = published();
for (const { name, version } of JSON.parse(process.argv[2] ?? "[]")) {
  const place = packages.find((one) => one.name === name)?.folder;
  const sbom = join(root, place ?? "", "dist/sbom.cdx.json");
  if (place === undefined || !existsSync(sbom)) continue;
  const asset = join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.cdx.json`);
  copyFileSync(sbom, asset);
  execFileSync("gh", ["release", "upload", `${name}@${version}`, asset], { stdio: "inherit" });
}
