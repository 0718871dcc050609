import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Wish } from "./arguments.js";

const template = new URL("../template/", import.meta.url);

/** What the template is called, which the new project is not. */
const placeholder = { package: "template-server", server: "Template server" } as const;

/** npm leaves files of this name out of packages. */
const renamed: Readonly<Record<string, string>> = { gitignore: ".gitignore" };

/** A project that cannot be made: what was expected, what came, what to do. */
export class CannotCreate extends Error {}

/**
 * Writes the files of a new project. Returns their paths in it, sorted. `helperVersion`: of @hub/register,
 * where the wish names no other; a tarball is looked for from `from`, and copied into the project.
 * @throws CannotCreate, before anything is written.
 */
export function createProject(wish: Wish, helperVersion: string, from: string): readonly string[] {
  const { folder } = wish;
  refuseUsed(folder);
  const tarball = tarballOf(wish.helper, from);
  const helper =
    tarball === undefined ? (wish.helper ?? `^${helperVersion}`) : `file:${kept(tarball)}`;
  const files = new Map(
    namesUnder(template).map((name) => [
      renamed[name] ?? name,
      filled(name, readFileSync(new URL(name, template), "utf8"), wish, helper),
    ]),
  );
  for (const [name, text] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  if (tarball === undefined) return [...files.keys()].sort();
  mkdirSync(join(folder, "vendor"));
  cpSync(tarball, join(folder, kept(tarball)));
  return [...files.keys(), kept(tarball)].sort();
}

function refuseUsed(folder: string): void {
  try {
    if (!statSync(folder).isDirectory())
      throw new CannotCreate(`${folder} is a file. Name another folder.`);
    if (readdirSync(folder).length > 0)
      throw new CannotCreate(
        `${folder} is not empty, and nothing in it is overwritten. Name a new folder, or empty this one.`,
      );
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined)
      throw new CannotCreate(
        `${folder} is a link to a folder that is not there. Make that folder, or name another one.`,
      );
  }
}

/** The path of a tarball, where one was named. */
function tarballOf(helper: string | undefined, from: string): string | undefined {
  if (helper === undefined || !/\.tgz$|\.tar\.gz$|[/\\]/.test(helper)) return undefined;
  const path = resolve(from, helper.replace(/^file:/, ""));
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  throw new CannotCreate(
    `There is no tarball ${path}. In a clone of MCP Hub, npm run pack -- register makes one in packed/.`,
  );
}

/** Where a tarball lies in the new project. */
const kept = (tarball: string) => `vendor/${basename(tarball)}`;

/** The files below a folder, with slashes. */
function namesUnder(folder: URL): readonly string[] {
  // Of Windows too: there the path of a URL begins with a slash that no path has.
  const root = fileURLToPath(folder);
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile())
    .map((one) => relative(root, join(one.parentPath, one.name)).replaceAll("\\", "/"));
}

function filled(name: string, text: string, wish: Wish, helper: string): string {
  if (name === "package.json") {
    const manifest = JSON.parse(text) as { dependencies: Record<string, string> }; // our own file
    const dependencies = { ...manifest.dependencies, "@hub/register": helper };
    const own = { ...manifest, name: wish.packageName, dependencies };
    return `${JSON.stringify(own, null, 2)}\n`;
  }
  if (name.endsWith(".ts"))
    return text.replaceAll(JSON.stringify(placeholder.server), () =>
      JSON.stringify(wish.serverName),
    );
  return text
    .replaceAll(placeholder.server, () => wish.serverName)
    .replaceAll(placeholder.package, () => wish.packageName);
}
