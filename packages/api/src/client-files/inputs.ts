import type { ReadTemplate } from "./entry-template.js";
import type { Template } from "./template.js";
import { isObject } from "./values.js";

/** What VS Code asks a person for, before it starts the servers that need it. */
export interface InputQuestion {
  readonly id: string;
  readonly text: string;
  /** Whether what is typed must not be seen. */
  readonly isSecret: boolean;
  /** The answers there are, where they are given. */
  readonly choices?: readonly string[] | undefined;
  /** What an empty answer means. */
  readonly otherwise?: string | undefined;
}

/** The questions that entries refer to, each once, in the words of the file where it has any. */
export function questionsOf(
  inputs: unknown,
  entries: readonly { readonly read: ReadTemplate }[],
): readonly InputQuestion[] {
  const asked = new Set(entries.flatMap(({ read }) => inputsOf(read)));
  const described = Array.isArray(inputs) ? inputs.filter(isObject) : [];
  return [...asked].flatMap((id) => {
    const words = described.find((one) => one.id === id) ?? {};
    // It would run a command of an editor.
    if (words.type === "command") return [];
    return [questionOf(id, words)];
  });
}

function questionOf(id: string, words: Readonly<Record<string, unknown>>): InputQuestion {
  const { description, password, options, default: otherwise } = words;
  const choices = Array.isArray(options)
    ? options.map((one: unknown) => String(isObject(one) ? one.value : one))
    : undefined;
  return {
    id,
    text: typeof description === "string" && description !== "" ? description : id,
    // What the file says nothing of is taken for a secret.
    isSecret: choices === undefined && (password === true || words.type === undefined),
    choices,
    otherwise: typeof otherwise === "string" ? otherwise : undefined,
  };
}

function inputsOf(read: ReadTemplate): string[] {
  if (read.kind !== "server") return [];
  return templatesOf(read).flatMap(({ parts }) =>
    parts.flatMap((part) => (typeof part === "object" && part.kind === "input" ? [part.id] : [])),
  );
}

function templatesOf({ server }: ReadTemplate & { kind: "server" }): readonly Template[] {
  if (server.kind === "url") return [server.url, ...Object.values(server.headers)];
  const { command, args, env, cwd, envFile } = server;
  const paths = [cwd, envFile].filter((one) => one !== undefined);
  return [command, ...args, ...Object.values(env), ...paths];
}
