import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

const cells = join(import.meta.dirname, "..");
const cache = join(cells, "../../node_modules/.cache");
const program = "servers/stdio-program";
const parts = [program, "servers/v1-server", "servers/offer", "questions"];

/** Makes the stdio program one that Node runs as it is, where its imports are found. */
export function compileStdioProgram(): { readonly file: string; remove(): void } {
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(join(cache, "mcp-hub-cells-"));
  for (const part of parts) {
    const source = readFileSync(join(cells, `${part}.ts`), "utf8");
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    const file = join(out, `${part}.js`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, outputText);
  }
  writeFileSync(join(out, "package.json"), '{"type":"module"}');
  return {
    file: join(out, `${program}.js`),
    remove: () => rmSync(out, { recursive: true, force: true }),
  };
}
