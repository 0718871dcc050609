import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const yamlOf = <Output>(path: string, schema: z.ZodType<Output>) => schema.parse(parse(read(path)));

const manifestSchema = z.object({
  name: z.string(),
  private: z.boolean().default(false),
  scripts: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
});
const manifests = ["packages", "apps"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .map((folder) => manifestSchema.parse(JSON.parse(read(`${folder}/package.json`))));

test("every package that is installed is the one whose hash the lockfile has, from the registry", () => {
  const lockSchema = z.object({
    packages: z.record(z.string(), z.object({ resolution: z.record(z.string(), z.string()) })),
  });
  for (const lock of ["pnpm-lock.yaml", "interop/pnpm-lock.yaml"]) {
    const { packages } = yamlOf(lock, lockSchema);
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    for (const [name, { resolution }] of Object.entries(packages))
      expect([name, resolution]).toEqual([
        name,
        { integrity: expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/) },
      ]);
  }
  // Whoever installs gets what the lockfile says, or nothing.
  for (const line of read("scripts/prepare.mjs").split("\n"))
    if (line.includes('"install", "--')) expect(line).toContain("--frozen-lockfile");
});

test("no package runs a script when it is installed, but for those that were decided; new versions must have some age", () => {
  const workspace = yamlOf(
    "pnpm-workspace.yaml",
    z.object({ onlyBuiltDependencies: z.array(z.string()), minimumReleaseAge: z.number() }),
  );
  expect(workspace.onlyBuiltDependencies).toEqual(["esbuild"]);
  expect(workspace.minimumReleaseAge).toBeGreaterThanOrEqual(3 * 24 * 60);
  const ofInstall = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
  for (const { name, scripts } of manifests)
    expect([name, Object.keys(scripts).filter((one) => ofInstall.includes(one))]).toEqual([
      name,
      [],
    ]);
});

test("what is published has few dependencies of others, and says where it was built", () => {
  const published = manifests.filter((manifest) => !manifest.private);
  expect(published.map(({ name }) => name)).toContain("@hub/server");
  for (const { name, dependencies } of published) {
    const others = Object.keys(dependencies).filter((one) => !one.startsWith("@hub/"));
    expect([name, others.length <= 12]).toEqual([name, true]);
  }
  expect(read(".github/workflows/release.yml")).toContain('NPM_CONFIG_PROVENANCE: "true"');
});

test("what runs in CI are the very commits that were looked at", () => {
  const folder = ".github/workflows";
  const used = readdirSync(join(root, folder)).flatMap((file) =>
    [...read(`${folder}/${file}`).matchAll(/uses: (.*)/g)].map(([, one]) => one),
  );
  expect(used.length).toBeGreaterThan(4);
  for (const one of used) expect(one).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
