import type { Options } from "tsup";

/** What every package's build shares: ESM for Node 20, and types beside it unless it is only built to run. */
export function libraryBuild(entry: Record<string, string>): Options {
  return {
    entry,
    format: ["esm"],
    target: "node20",
    platform: "node",
    clean: true,
    sourcemap: true,
    splitting: true,
    dts:
      process.env.HUB_TYPES === "off" ? false : { compilerOptions: { ignoreDeprecations: "6.0" } },
  };
}
