import type { Options } from "tsup";

/** What every package's build shares: ESM for Node 20, types beside it. */
export function libraryBuild(entry: Record<string, string>): Options {
  return {
    entry,
    format: ["esm"],
    target: "node20",
    platform: "node",
    clean: true,
    sourcemap: true,
    splitting: true,
    treeshake: true,
    dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  };
}
