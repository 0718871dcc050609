import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Enums, Models, Serialize, SPDX, Spec } from "@cyclonedx/cyclonedx-library";

/** What npm demands of a package, and what of the rest is looked at. */
type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly description?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** The manifest of the package in a folder. */
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** The folders of the packages that these files of `node_modules` belong to, each once. */
export function packageFolders(files: Iterable<string>): readonly string[] {
  const found = [...files].flatMap((file) => {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll("\\", "/"))?.[0];
    return folder === undefined || !existsSync(join(folder, "package.json")) ? [] : [folder];
  });
  return [...new Set(found)];
}

/** The folder of a package as one in `from` finds it; undefined for an optional one of another platform. */
function installed(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return realpathSync(folder);
    if (dirname(at) === at) return undefined;
  }
}

/** The folders of packages, and of all that they need where they run, as one in `from` finds them. */
export function withDependencies(names: readonly string[], from: string): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string, at: string): void => {
    const folder = installed(name, at);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const { dependencies, optionalDependencies } = manifestOf(folder);
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies }))
      visit(next, folder);
  };
  for (const name of names) visit(name, from);
  return [...found];
}

/** The licences of packages, as they ask for. */
function noticesOf(folders: readonly string[]): string {
  const notices = folders.map((folder) => {
    const { name, version, license } = manifestOf(folder);
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? "" : `\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
    return `${name} ${version} (${license ?? "see its licence"})${text}`;
  });
  return `${notices.sort().join("\n\n")}\n`;
}

/** What a package says of its licence: the id of one, or an expression of several. */
function licenseOf(text: string): Models.License {
  if (text.includes(" ")) return new Models.LicenseExpression(text);
  return SPDX.isSupportedSpdxId(text)
    ? new Models.SpdxLicense(text)
    : new Models.NamedLicense(text);
}

/**
 * What a package of ours stands on, as CycloneDX in JSON: the packages in these folders. The same input makes the same
 * text, so it has no date.
 */
function sbomOf(own: string, folders: readonly string[]): string {
  const component = (folder: string, type = Enums.ComponentType.Library) => {
    const { name, version, license, description } = manifestOf(folder);
    const [, group, inner = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    return new Models.Component(type, inner, {
      bomRef: purl,
      purl,
      version,
      group,
      description,
      licenses: new Models.LicenseRepository(license === undefined ? [] : [licenseOf(license)]),
    });
  };
  const bom = new Models.Bom();
  const main = component(own, Enums.ComponentType.Application);
  bom.metadata.component = main;
  for (const folder of folders) {
    const one = component(folder);
    bom.components.add(one);
    main.dependencies.add(one.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(
    new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6),
  );
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Writes beside what was built of a package of ours whose packages are in it, with their licences. */
export function writeThirdParty(
  target: string,
  own: string,
  inside: readonly string[],
  outside: readonly string[] = [],
): void {
  mkdirSync(target, { recursive: true });
  if (inside.length > 0) writeFileSync(join(target, "THIRD-PARTY.txt"), noticesOf(inside));
  writeFileSync(join(target, "sbom.cdx.json"), sbomOf(own, [...new Set([...inside, ...outside])]));
}
