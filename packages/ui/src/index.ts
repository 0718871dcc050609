import { readFileSync } from "node:fs";

export type WebAsset = {
  /** The path it is served at. */
  readonly path: string;
  /** Its media type. */
  readonly type: string;
  readonly file: URL;
  /** The same, compressed with gzip. */
  readonly gzipFile: URL;
  /** Its name changes with its content, so it can be kept for ever. */
  readonly isImmutable: boolean;
};

export type WebUi = {
  /** The page, which is the same at all its paths. */
  readonly page: WebAsset;
  /** Where the page is served, as Hono writes paths. */
  readonly pagePaths: readonly string[];
  /** Where the page says itself that there is no such page, as Hono writes paths. */
  readonly unknownPaths: string;
  readonly assets: readonly WebAsset[];
};

const pagePaths = [
  "/",
  "/ui",
  "/ui/servers/:id",
  "/ui/connect",
  "/ui/toolsets",
  "/ui/toolsets/:id",
  "/ui/activity",
  "/ui/traffic",
  "/ui/wall",
];

const folder = new URL("../dist/web/", import.meta.url);

/** The web UI as it was built: a fixed list of files. Throws when it was not built. */
export function webUi(): WebUi {
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
