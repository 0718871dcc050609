// Some of what is tried needs Node 22 or newer, the hub runs on 20: it gets a Node of its own.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const oldestMajor = 22;

/** The path of a Node that can run it, as the package of the module at the URL `from` has it. */
export function findNode(from) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    const manifest = createRequire(from).resolve(`${name}/package.json`);
    return join(dirname(manifest), "bin", platform === "win" ? "node.exe" : "node");
  } catch {
    if (Number.parseInt(process.versions.node, 10) >= oldestMajor) return process.execPath;
    throw new Error(
      `There is no ${name} package here. Run this with Node ${oldestMajor} or newer; this is ${process.versions.node}.`,
    );
  }
}
