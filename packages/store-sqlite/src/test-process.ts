import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Runs the store in processes of its own, which locks and kills need. For tests. */

const here = fileURLToPath(new URL(".", import.meta.url));
/** What the store needs of core while it runs. */
const partsOfCore = [
  "budget-book",
  "budgets",
  "byte-shares",
  "errors",
  "history",
  "history-ledger",
  "json",
  "shares",
  "store",
];
const core = fileURLToPath(new URL("../../core/src/", import.meta.url));

/** Plain JavaScript of this folder, made once a test file, so that no build has to come first. */
export function compileStore(): { readonly url: string; readonly remove: () => void } {
  // Below node_modules, where the packages of this one are found.
  const parent = fileURLToPath(new URL("../node_modules/", import.meta.url));
  const folder = fs.mkdtempSync(join(parent, ".store-"));
  const compile = (from: string, to: string) => {
    const { outputText } = ts.transpileModule(fs.readFileSync(from, "utf8"), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    fs.writeFileSync(to, outputText.replaceAll('"@hub/core"', '"./core/index.js"'));
  };
  fs.writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  fs.mkdirSync(join(folder, "core"));
  for (const part of partsOfCore)
    compile(join(core, `${part}.ts`), join(folder, "core", `${part}.js`));
  const all = partsOfCore.map((part) => `export * from "./${part}.js";`);
  fs.writeFileSync(join(folder, "core", "index.js"), all.join("\n"));
  for (const name of fs.readdirSync(here)) {
    if (!name.endsWith(".ts") || /test/.test(name)) continue;
    compile(join(here, name), join(folder, name.replace(/\.ts$/, ".js")));
  }
  // Processes of other users must be able to read it.
  fs.chmodSync(folder, 0o755);
  return {
    url: new URL(`file://${join(folder, "open-sqlite-store.js")}`).href,
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

export type StoreProcess = {
  readonly child: ChildProcess;
  /** The next line it prints, as JSON. */
  readonly next: () => Promise<unknown>;
  /** Ends it without any warning and waits until it is gone. */
  readonly kill: () => Promise<void>;
};

/** `body` sees `openSqliteStore`, `file` and `say(value)`; what fails is said as `{ error, message }`. */
export function startProcess(
  storeUrl: string,
  file: string,
  body: string,
  options: { readonly uid?: number } = {},
): StoreProcess {
  const script = `
    import { writeSync } from "node:fs";
    import { openSqliteStore } from ${JSON.stringify(storeUrl)};
    const file = ${JSON.stringify(file)};
    const say = (value) => writeSync(1, JSON.stringify(value) + "\\n");
    try { ${body} } catch (error) { say({ error: error.code ?? "none", message: error.message }); }
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, "exit");
  return {
    child,
    next: async () => {
      const line = await lines.next();
      if (line.done === true) throw new Error("The process ended without another word.");
      return JSON.parse(line.value);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** A new folder, that every user can reach. */
export function newFolder(): string {
  const folder = fs.mkdtempSync(join(tmpdir(), "hub-store-"));
  fs.chmodSync(folder, 0o755);
  return folder;
}
