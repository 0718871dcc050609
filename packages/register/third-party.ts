import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Writes the licences of what a bundle holds beside it, as they ask for. */
export const thirdPartyNotices: Plugin = {
  name: "third-party-notices",
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd((result) => {
      const files = Object.keys(result.metafile?.inputs ?? {});
      const folders = new Set(files.flatMap(packageFolderOf));
      const notices = [...folders].map(noticeOf).sort();
      const { outdir } = build.initialOptions;
      if (outdir === undefined || notices.length === 0) return;
      mkdirSync(outdir, { recursive: true });
      writeFileSync(join(outdir, "THIRD-PARTY.txt"), `${notices.join("\n\n")}\n`);
    });
  },
};

/** The folder of the package that a file of `node_modules` belongs to. */
function packageFolderOf(file: string): string[] {
  const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
  return found === undefined || !existsSync(join(found, "package.json")) ? [] : [found];
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as { name: string; version: string; license?: string }; // what npm demands of a package
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? "" : `\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
  return `${name} ${version} (${license ?? "see its licence"})${text}`;
}
