import { readFileSync } from "node:fs";

const pagePaths = [
  "/",
  "/ui",
  "/ui/servers",
  "/ui/servers/:id",
  "/ui/add",
  "/ui/connect",
  "/ui/toolsets",
  "/ui/toolsets/:id",
  "/ui/access",
  "/ui/sign-in",
  "/ui/activity",
  "/ui/traffic",
  "/ui/wall",
];

const folder = new URL("../dist/web/", import.meta.url);

/**
 * The web UI as it was built: a fixed list of files, in the shape that the option `webUi` of `startHub` takes.
 * Throws when it was not built.
 */
export function webUi() {
  // Written by this package's own build.
  const listed = JSON.parse(readFileSync(new URL("manifest.json", folder), "utf8")) as {
    file: string;
    type: string;
  }[];
  const all = listed.map(({ file, type }) => ({
    path: `/ui/${file}`,
    type,
    file: new URL(file, folder),
    gzipFile: new URL(`${file}.gz`, folder),
    isImmutable: file.startsWith("assets/"),
  }));
  const page = all.find(({ path }) => path === "/ui/index.html");
  if (page === undefined) throw new Error("The web UI was built without a page.");
  return { page, pagePaths, unknownPaths: "/ui/*", assets: all.filter((one) => one !== page) };
}
