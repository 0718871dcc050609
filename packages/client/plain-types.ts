import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";

/**
 * Writes the types that this package takes from the contract as plain types, so that whoever installs it
 * needs neither the contract nor zod. Returns the file, which goes with
 * the process.
 */
export function writePlainTypes(): string {
  const base = ts.readConfigFile("../../tsconfig.base.json", ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(base, ts.sys, "../..");
  const program = ts.createProgram(["src/index.ts"], options);
  const checker = program.getTypeChecker();
  const index = program.getSourceFile("src/index.ts");
  const exported = index === undefined ? undefined : checker.getSymbolAtLocation(index);
  if (exported === undefined) throw new Error("src/index.ts exports nothing.");
  const types = checker.getExportsOfModule(exported).flatMap((symbol) => {
    const origin = checker.getAliasedSymbol(symbol);
    const file = origin.declarations?.[0]?.getSourceFile().fileName ?? "";
    if (file.includes("/packages/client/")) return [];
    return [
      `export type ${symbol.name} = ${plain(checker.getDeclaredTypeOfSymbol(origin), checker)};`,
    ];
  });
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-client-types-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const path = join(folder, "contract.ts");
  writeFileSync(path, `${types.join("\n")}\n`);
  return path;
}

/** A type written out, with no name of another type in it. */
function plain(type: ts.Type, checker: ts.TypeChecker): string {
  if (type.flags & ts.TypeFlags.Boolean || !(type.flags & structured))
    return checker.typeToString(type);
  if (type.isUnion()) return type.types.map((one) => plain(one, checker)).join(" | ");
  if (checker.isTupleType(type)) throw new Error("No answer holds a tuple so far.");
  const item = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  if (checker.isArrayType(type) && item !== undefined) {
    const isReadonly = type.symbol.name === "ReadonlyArray";
    return `${isReadonly ? "readonly " : ""}(${plain(item, checker)})[]`;
  }
  const members = checker.getPropertiesOfType(type).map((property) => {
    const mark = property.flags & ts.SymbolFlags.Optional ? "?" : "";
    const name = /^\w+$/.test(property.name) ? property.name : JSON.stringify(property.name);
    return `${name}${mark}: ${plain(checker.getTypeOfSymbol(property), checker)};`;
  });
  const rest = checker
    .getIndexInfosOfType(type)
    .map((index) => `[key: string]: ${plain(index.type, checker)};`);
  return `{ ${[...members, ...rest].join(" ")} }`;
}

const structured = ts.TypeFlags.Object | ts.TypeFlags.Union | ts.TypeFlags.Intersection;
