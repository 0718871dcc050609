import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** This package, whatever the folders above it are called. */
const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * Writes the types that this package takes from the contract as plain types, so that whoever installs it
 * needs neither the contract nor zod. Returns the file, which goes with the process.
 */
export function writePlainTypes(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-client-types-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const path = join(folder, "contract.ts");
  writeFileSync(path, `${plainTypes(here).join("\n")}\n`);
  return path;
}

/** The types that the package in a folder exports from the contract, one statement each. */
export function plainTypes(folder: string): readonly string[] {
  const base = ts.readConfigFile(join(here, "../../tsconfig.base.json"), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(base, ts.sys, join(here, "../.."));
  const entry = join(folder, "src/index.ts");
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(entry);
  const exported = index === undefined ? undefined : checker.getSymbolAtLocation(index);
  if (exported === undefined) throw new Error(`${entry} exports nothing.`);
  return checker.getExportsOfModule(exported).flatMap((symbol) => {
    if (!contractPackages.includes(moduleOf(symbol) ?? "")) return [];
    const type = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol));
    return [`export type ${symbol.name} = ${new Printer(checker, symbol.name).print(type)};`];
  });
}

/** Packages whose types follow from schemas of zod. */
const contractPackages = ["@hub/api", "@hub/core"];

/** Where an entry exports a symbol from, as it is written there. */
function moduleOf({ declarations = [] }: ts.Symbol): string | undefined {
  const [specifier] = declarations;
  if (specifier === undefined || !ts.isExportSpecifier(specifier)) return undefined;
  const { moduleSpecifier } = specifier.parent.parent;
  return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
    ? moduleSpecifier.text
    : undefined;
}

const structured = ts.TypeFlags.Object | ts.TypeFlags.Union | ts.TypeFlags.Intersection;

/** Writes types out, with no name of another type in them. */
class Printer {
  readonly #checker: ts.TypeChecker;
  readonly #name: string;
  /** The types that are being written. One within itself cannot be written without its name. */
  readonly #open = new Set<ts.Type>();

  constructor(checker: ts.TypeChecker, name: string) {
    this.#checker = checker;
    this.#name = name;
  }

  print(type: ts.Type): string {
    if (type.flags & ts.TypeFlags.Boolean || !(type.flags & structured))
      return this.#checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
    if (this.#open.has(type)) return this.#refuse("contains itself");
    this.#open.add(type);
    const text = type.isUnion() ? this.#union(type) : this.#object(type);
    this.#open.delete(type);
    return text;
  }

  #union({ types }: ts.UnionType): string {
    // The compiler takes a boolean for two literals.
    const literals = types.filter(({ flags }) => flags & ts.TypeFlags.BooleanLiteral);
    const others = types.filter((one) => literals.length !== 2 || !literals.includes(one));
    const texts = [
      ...others.map((one) => this.print(one)),
      ...(literals.length === 2 ? ["boolean"] : []),
    ];
    return texts.join(" | ");
  }

  #object(type: ts.Type): string {
    const checker = this.#checker;
    if (checker.isTupleType(type)) return this.#refuse("is a tuple");
    if (type.getCallSignatures().length + type.getConstructSignatures().length > 0)
      return this.#refuse("is a function");
    const item = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    if (checker.isArrayType(type) && item !== undefined) {
      const isReadonly = type.symbol.name === "ReadonlyArray";
      return `${isReadonly ? "readonly " : ""}(${this.print(item)})[]`;
    }
    const members = checker.getPropertiesOfType(type).map((property) => {
      const mark = property.flags & ts.SymbolFlags.Optional ? "?" : "";
      const name = /^[A-Za-z_$][\w$]*$/.test(property.name)
        ? property.name
        : JSON.stringify(property.name);
      return `${name}${mark}: ${this.print(checker.getTypeOfSymbol(property))};`;
    });
    const rest = checker
      .getIndexInfosOfType(type)
      .map(
        ({ keyType, type: value }) =>
          `[key: ${checker.typeToString(keyType)}]: ${this.print(value)};`,
      );
    return `{ ${[...members, ...rest].join(" ")} }`;
  }

  #refuse(why: string): never {
    throw new Error(
      `${this.#name} cannot be written as a plain type: a part of it ${why}. Teach plain-types.ts to write it.`,
    );
  }
}
