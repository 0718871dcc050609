import { createRequire } from "node:module";

/** From here packages are found that an operator installs beside the hub. */
const load = createRequire(import.meta.url);

/** A package that the hub runs without. Undefined when it is not installed; throws what it throws when it is loaded. */
export function optionalPackage(name: string): unknown {
  try {
    return load(name);
  } catch (error) {
    const isMissing =
      error instanceof Error &&
      "code" in error &&
      error.code === "MODULE_NOT_FOUND" &&
      // Another one may be missing inside of it.
      error.message.startsWith(`Cannot find module '${name}'`);
    if (isMissing) return undefined;
    throw error;
  }
}
