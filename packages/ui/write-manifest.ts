import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/**
 * Lists what was built, with a compressed copy of each file beside it. The hub serves what is in the
 * list and looks for nothing else on its disk.
 */
export function writeManifest(): Plugin {
  let folder = "";
  return {
    name: "write-manifest",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = found
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
        .filter((file) => file !== "manifest.json" && !file.endsWith(".gz"))
        .sort();
      const listed = [];
      for (const file of files) {
        const type = types[extname(file)];
        if (type === undefined) throw new Error(`What is ${file}? Give its type a line.`);
        const bytes = await readFile(join(folder, file));
        const packed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
        await writeFile(join(folder, `${file}.gz`), packed);
        listed.push({ file, type, bytes: bytes.length, gzipBytes: packed.length });
      }
      await writeFile(join(folder, "manifest.json"), `${JSON.stringify(listed, null, 2)}\n`);
    },
  };
}
