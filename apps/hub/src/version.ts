import { createRequire } from "node:module";

/** The version of this program, from its own package.json: one folder up from `src` and from `dist`. */
export const version: string = createRequire(import.meta.url)("../package.json").version;
