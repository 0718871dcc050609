import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "..");

const sbomSchema = z.object({
  bomFormat: z.literal("CycloneDX"),
  specVersion: z.literal("1.6"),
  metadata: z.object({ component: z.object({ purl: z.string() }) }),
  components: z.array(z.object({ purl: z.string(), version: z.string() })),
});

const sbomOf = (place: string) =>
  sbomSchema.parse(JSON.parse(readFileSync(join(root, place, "dist/sbom.cdx.json"), "utf8")));

const purlOf = (name: string, version: string) => `pkg:npm/${name.replace("@", "%40")}@${version}`;

/** The package of each file of `node_modules` that a bundle has a comment for, as the bundler writes it. */
function bundled(place: string): readonly string[] {
  const dist = join(root, place, "dist");
  const folders = new Set<string>();
  for (const file of readdirSync(dist).filter((name) => name.endsWith(".js")))
    for (const [, path = ""] of readFileSync(join(dist, file), "utf8").matchAll(
      /^ *\/\/ (\S*node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm,
    ))
      folders.add(join(root, place, path));
  return [...folders]
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return purlOf(name, version);
    });
}

test.each(["apps/hub", "packages/register"])(
  "the bill of materials of %s has every outside package that is built into it",
  (place) => {
    const sbom = sbomOf(place);
    const billed = new Set(sbom.components.map(({ purl }) => purl));
    const inside = bundled(place);
    expect(inside.length).toBeGreaterThan(3);
    expect(inside.filter((purl) => !billed.has(purl))).toEqual([]);
    expect(sbom.components.filter(({ purl }) => purl.startsWith("pkg:npm/%40hub/"))).toEqual([]);
  },
);

test("that of the hub has what stays outside too, with all that it needs", () => {
  const names = sbomOf("apps/hub").components.map(({ purl }) => purl.replace(/@[^@]*$/, ""));
  for (const name of ["libsql", "pg", "pg-protocol", "pino", "undici", "zod", "hono"])
    expect(names).toContain(`pkg:npm/${name}`);
});

test("that of the page has what is in its scripts", () => {
  const names = sbomOf("packages/ui").components.map(({ purl }) => purl.replace(/@[^@]*$/, ""));
  for (const name of ["react", "react-dom", "%40tanstack/react-query", "lucide-react"])
    expect(names).toContain(`pkg:npm/${name}`);
});
