import { relative } from "node:path";

/** Below the current folder as people would type it, else in full. */
export function shortPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : `./${below}`;
}
