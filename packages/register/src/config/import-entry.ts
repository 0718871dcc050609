import { dirname } from "node:path";
import {
  type ConfigEntry,
  type EntryTemplate,
  envKeyOf,
  fromFile,
  headersKeyOf,
  holdsSecret,
  isObject,
  isTelling,
  looksSecret,
  ownSecrets,
  secretArgs,
  type Template,
} from "@hub/api/client-files";
import { CannotFillIn, fillIn, pathBelow } from "./fill-in.js";
import { pointerTo } from "./pointer.js";

/** A server of another file, as one's own file has it. */
export interface ImportedEntry {
  /** As `mcpServers` holds it. Texts that may be secrets are references to where they stand. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** What stays in the other file, in words such as `env GITHUB_TOKEN`. */
  readonly leftThere: readonly string[];
  /** The variables of the environment that it needs. */
  readonly variables: readonly string[];
  /** The questions of VS Code that it needs. */
  readonly inputs: readonly string[];
}

type Key = string | number;

/** Writes an entry of any client in the spelling of `mcpServers`, for a file in another folder. */
export function importedEntry(
  found: ConfigEntry,
  server: EntryTemplate,
  file: string,
): ImportedEntry {
  const writer = new Writer(found, file);
  const entry = server.kind === "command" ? writer.command(server) : writer.url(server);
  const { leftThere, variables, inputs } = writer;
  return { entry, leftThere, variables: [...variables], inputs: [...inputs] };
}

class Writer {
  readonly leftThere: string[] = [];
  readonly variables = new Set<string>();
  readonly inputs = new Set<string>();
  readonly #found: ConfigEntry;
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #file: string;

  constructor(found: ConfigEntry, file: string) {
    this.#found = found;
    this.#given = isObject(found.given) ? found.given : {};
    this.#file = file;
  }

  command(server: EntryTemplate & { kind: "command" }): Record<string, unknown> {
    const inner = isObject(this.#given.command) ? ["command"] : [];
    const isList = Array.isArray(this.#given.command);
    const program: Key[] = isList
      ? ["command", 0]
      : ["command", ...(inner.length > 0 ? ["path"] : [])];
    const ofList = (at: number): Key[] =>
      isList && this.#given.args === undefined ? ["command", at + 1] : [...inner, "args", at];
    const secret = new Set(secretArgs(server.args.map(({ written }) => written)));
    const args = server.args.map((arg, at) =>
      this.#text(arg, ofList(at), `argument ${at + 1}`, secret.has(at)),
    );
    const env = Object.entries(server.env).map(([name, value]) => {
      const isSecret = isTelling(name) || looksSecret(value.written) || holdsSecret(value.written);
      const path = [...inner, envKeyOf(this.#given), name];
      return [name, this.#text(value, path, `env ${name}`, isSecret)] as const;
    });
    return {
      command: this.#text(server.command, program, "command", false),
      ...(args.length === 0 ? {} : { args }),
      ...(env.length === 0 ? {} : { env: Object.fromEntries(env) }),
      ...(server.cwd === undefined ? {} : { cwd: this.#path(server.cwd, "cwd") }),
      ...(server.envFile === undefined ? {} : { envFile: this.#path(server.envFile, "envFile") }),
    };
  }

  url(server: EntryTemplate & { kind: "url" }): Record<string, unknown> {
    const address = ["url", "httpUrl", "serverUrl"].find((key) => this.#given[key] !== undefined);
    const headers = Object.entries(server.headers).map(([name, value]) => {
      const path = [headersKeyOf(this.#given), name];
      return [name, this.#text(value, path, `header ${name}`, true)] as const;
    });
    return {
      type: server.transport === "sse" ? "sse" : "http",
      url: this.#text(server.url, [address ?? "url"], "URL", false),
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    };
  }

  /** A text in the spelling of one's own file, or a reference to it, where a secret stands in it. */
  #text(template: Template, path: readonly Key[], what: string, isSecret: boolean): string {
    // What it needs is needed in both cases.
    const written = template.parts
      .map((part) => (typeof part === "string" ? part : this.#reference(part)))
      .join("");
    const isLiteral = template.parts.every((part) => typeof part === "string");
    const isKept =
      (isLiteral && isSecret && template.written !== "") ||
      ownSecrets(template, isSecret).length > 0;
    // What looks like a reference here, and is none there, can only be referred to.
    const isMistakable = isLiteral && template.written.includes("${");
    if (!isKept && !isMistakable) return written;
    if (isKept) this.leftThere.push(what);
    return fromFile(this.#file, pointerTo([...this.#found.path, ...path])).written;
  }

  #reference(part: Exclude<Template["parts"][number], string>): string {
    switch (part.kind) {
      case "environment":
        this.variables.add(part.name);
        return part.otherwise === undefined
          ? `\${${part.name}}`
          : `\${${part.name}:-${part.otherwise}}`;
      case "input":
        this.inputs.add(part.id);
        return `\${input:${part.id}}`;
      case "file": {
        const pointer = part.pointer === undefined ? "" : `#${part.pointer}`;
        return `\${file:${pathBelow(dirname(this.#file), part.path)}${pointer}}`;
      }
      case "place":
        return fillIn({ written: part.written, parts: [part] }, this.#surroundings).text;
      case "unknown":
        return part.written;
      default:
        return part satisfies never;
    }
  }

  /** A path that leads to the same place from another folder. */
  #path(template: Template, key: string): string {
    try {
      const isKnown = template.parts.every(
        (part) => typeof part === "string" || part.kind === "place",
      );
      if (isKnown) return pathBelow(dirname(this.#file), fillIn(template, this.#surroundings).text);
    } catch (error) {
      if (!(error instanceof CannotFillIn)) throw error;
    }
    return this.#text(template, [key], key, false);
  }

  get #surroundings() {
    return { folder: dirname(this.#file), environment: {} };
  }
}
