import {
  type EntryTemplate,
  secretsOfCommand,
  secretsOfUrl,
  type Template,
} from "@hub/api/client-files";
import { isHttpUrl } from "../options.js";
import { CannotFillIn, type Filled, fillIn, pathBelow, type Surroundings } from "./fill-in.js";
import { variablesOfFile } from "./variables-file.js";

/** A server of the file, as it is to be served and registered. */
export type ServerEntry =
  | {
      readonly kind: "command";
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string | undefined;
      /** What must stand in no log. */
      readonly secrets: readonly string[];
    }
  | {
      readonly kind: "url";
      readonly url: string;
      readonly transport: "streamable-http" | "sse";
      readonly headers: Readonly<Record<string, string>>;
      /** What must stand in no log, and reach no hub. */
      readonly secrets: readonly string[];
      /** Whether the hub must not see its URL or send its headers, so that a relay of ours stands before it. */
      readonly isPrivate: boolean;
    };

/** A server, or the reason why there is none. */
export type ReadEntry =
  | { readonly kind: "server"; readonly server: ServerEntry }
  | { readonly kind: "wrong"; readonly reason: string };

class WrongEntry extends Error {}

/** Fills in what an entry leaves open. Never throws; a reason holds nothing that was filled in. */
export function readEntry(template: EntryTemplate, surroundings: Surroundings): ReadEntry {
  try {
    const server =
      template.kind === "command"
        ? commandOf(template, surroundings)
        : urlOf(template, surroundings);
    return { kind: "server", server };
  } catch (error) {
    if (error instanceof WrongEntry || error instanceof CannotFillIn)
      return { kind: "wrong", reason: error.message };
    throw error;
  }
}

function commandOf(
  template: EntryTemplate & { kind: "command" },
  surroundings: Surroundings,
): ServerEntry {
  const fill = (one: Template) => fillIn(one, surroundings);
  const command = fill(template.command);
  const args = template.args.map(fill);
  const cwd = template.cwd === undefined ? undefined : fill(template.cwd);
  const env = Object.entries(template.env).map(([name, value]) => [name, fill(value)] as const);
  if (command.text === "")
    throw new WrongEntry(
      `Expected "command" to be the name of a program, got "${template.command.written}", which is empty`,
    );
  const ofFile = variablesIn(template.envFile, surroundings);
  const variables = {
    ...ofFile,
    ...Object.fromEntries(env.map(([name, { text }]) => [name, text])),
  };
  const values = [command, ...args, ...env.map(([, value]) => value)].flatMap((one) => one.values);
  return {
    kind: "command",
    command: command.text,
    args: args.map(({ text }) => text),
    env: variables,
    cwd: cwd === undefined ? undefined : pathBelow(surroundings.folder, cwd.text),
    secrets: secretsOfCommand(
      args.map(({ text }) => text),
      variables,
      values,
    ),
  };
}

function variablesIn(template: Template | undefined, surroundings: Surroundings) {
  if (template === undefined) return {};
  const file = pathBelow(surroundings.folder, fillIn(template, surroundings).text);
  try {
    return variablesOfFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // of the file system
    throw new WrongEntry(`The file of "envFile" cannot be read: ${code ?? message}`);
  }
}

function urlOf(template: EntryTemplate & { kind: "url" }, surroundings: Surroundings): ServerEntry {
  const url = fillIn(template.url, surroundings);
  if (!isHttpUrl(url.text)) throw new WrongEntry(wrongUrlText(template.url, url));
  const headers = Object.entries(template.headers).map(
    ([name, value]) => [name, fillIn(value, surroundings)] as const,
  );
  for (const [name, { text }] of headers)
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text))
      throw new WrongEntry(
        `The value of the header "${name}" has characters that no header can have`,
      );
  const said = Object.fromEntries(headers.map(([name, { text }]) => [name, text]));
  const ofUrl = secretsOfUrl(url.text);
  return {
    kind: "url",
    url: url.text,
    transport: template.transport,
    headers: said,
    secrets: secretsOfCommand([], {}, [...url.values, ...ofUrl, ...Object.values(said)]),
    isPrivate: headers.length > 0 || url.values.length > 0 || ofUrl.length > 0,
  };
}

/** Shows the URL without what may be a secret in it. */
function wrongUrlText({ written }: Template, filled: Filled): string {
  const shown = /^[^?#@]{0,200}$/.test(written) && filled.values.length === 0;
  return `Expected "url" to be an http(s) URL${shown ? `, got "${written}"` : ", which it is not with its variables in place"}`;
}
