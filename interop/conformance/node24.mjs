// The suite needs Node 22 or newer, the hub runs on 20: the suite gets a Node of its own.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const oldestMajor = 22;

/** The path of a Node that can run the suite. */
export function findNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(manifest), "bin", platform === "win" ? "node.exe" : "node");
  } catch {
    if (Number.parseInt(process.versions.node, 10) >= oldestMajor) return process.execPath;
    throw new Error(
      `There is no ${name} package here. Run this with Node ${oldestMajor} or newer; this is ${process.versions.node}.`,
    );
  }
}
