import { join } from "node:path";
import type { Options } from "tsup";
import { withDependencies } from "../../sbom.js";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** The packages of ours whose own files or dependencies are looked for while the hub runs, by the way to them. */
const ways = {
  dial: ["@hub/server", "@hub/dial"],
  server: ["@hub/server"],
  "store-postgres": ["@hub/store-postgres"],
  "store-sqlite": ["@hub/store-sqlite"],
  ui: ["@hub/ui"],
} as const;

/** What stays outside, by who has it: programs of the machine, and what looks for files of its own. */
const outside = {
  libsql: "store-sqlite",
  pg: "store-postgres",
  pino: "server",
  undici: "dial",
} as const;

/** The folders of what stays outside, and of all that it needs. */
export const outsideFolders = (): readonly string[] =>
  Object.entries(outside).flatMap(([name, owner]) =>
    withDependencies([name], join(import.meta.dirname, "../../packages", owner)),
  );

/** Where a package of ours is, as the code that is built says it. */
const placeText = (name: keyof typeof ways) => `hubPlaceOf(${JSON.stringify(ways[name])})`;

/** What asks where it stands, to find files beside it. */
const placed = {
  "dial/src/undici.ts": "dial",
  "server/src/assets.ts": "server",
  "server/src/optional-package.ts": "server",
  "server/src/version.ts": "server",
  "ui/src/index.ts": "ui",
} as const;

/** Stands before each file: some of what is inside is CommonJS, which asks for Node's own modules. */
export const insideBanner = [
  'import { createRequire as createRequireHere } from "node:module";',
  "const require = createRequireHere(import.meta.url);",
  'import { pathToFileURL as urlOfPath } from "node:url";',
  "const hubPlaceOf = (way) => way.reduce((from, name) => urlOfPath(createRequireHere(from).resolve(name)).href, import.meta.url);",
].join("\n");

/**
 * Puts the hub and most of what it stands on into a few files: finding and reading some five hundred files was a third
 * of its start. What stays outside is found from the package of ours that needs it, as before.
 */
export const inside: Plugin = {
  name: "inside",
  setup(build) {
    build.onResolve({ filter: /^(libsql|pg|pino|undici)$/ }, ({ path, kind, importer }) => {
      // That would give its default export alone, whatever names are taken of it.
      if (kind === "dynamic-import")
        return {
          errors: [{ text: `${importer} must not load ${path} by import(): use createRequire` }],
        };
      return { path, namespace: "outside" };
    });
    build.onLoad({ filter: /.*/, namespace: "outside" }, ({ path }) => ({
      contents: `module.exports = createRequireHere(${placeText(outside[path as keyof typeof outside])})("${path}");`, // one of its keys
    }));
    // Fifty languages, of which the hub speaks one.
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
    build.onLoad(
      { filter: /packages[\\/](dial|server|ui)[\\/]src[\\/]\w+\.ts$/ },
      async ({ path }) => {
        const { readFile } = await import("node:fs/promises");
        const own = path.replaceAll("\\", "/").split("/packages/").at(-1);
        const name = placed[own as keyof typeof placed]; // or undefined
        if (name === undefined) return undefined;
        const text = await readFile(path, "utf8");
        return {
          contents: text.replaceAll("import.meta.url", placeText(name)),
          loader: "ts",
        };
      },
    );
  },
};
