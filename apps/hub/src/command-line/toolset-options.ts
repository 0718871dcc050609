import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ToolsetInput } from "@hub/client";
import { CommandError } from "./command-error.js";
import type { CommandContext } from "./context.js";
import { selectionOf, selectionOptions } from "./selection.js";
import { parseJsonObject } from "./tool-arguments.js";

const mostFileBytes = 64 * 1024;

/** The options that say what a toolset selects. */
export const toolsetOptions = {
  description: { summary: "what it is for", value: "text" },
  server: selectionOptions.server,
  tag: selectionOptions.tag,
  allow: {
    summary: "only these tools, as weather/forecast or weather/*",
    value: "server/tool",
    isRepeatable: true,
  },
  deny: { summary: "without these tools", value: "server/tool", isRepeatable: true },
  prefix: selectionOptions.prefix,
  mode: selectionOptions.mode,
  repeat: {
    summary: "whether calls of safe tools that broke off are sent again (default: asked)",
    value: "when",
    choices: ["asked", "safe"],
  },
  file: {
    summary: "the definition as JSON, or - for stdin; the other options win over it",
    value: "file",
    completes: "files",
  },
} as const;

/** What the options of `create` and `edit` were given. */
export interface ToolsetSelection {
  readonly description: string | undefined;
  readonly server: readonly string[];
  readonly tag: readonly string[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly prefix: "always" | "never" | undefined;
  readonly mode: "all" | "search" | undefined;
  readonly repeat: "asked" | "safe" | undefined;
}

/** The members of a definition that the options name; those that were not given are left out. */
export function definedBy(options: ToolsetSelection): Partial<ToolsetInput> {
  const { description, allow, deny, repeat } = options;
  const { servers, tags, prefix, mode } = selectionOf(options);
  return {
    ...(description === undefined ? {} : { description }),
    ...(servers === undefined ? {} : { servers: [...servers] }),
    ...(tags === undefined ? {} : { tags: [...tags] }),
    ...(allow.length === 0 ? {} : { allow: [...allow] }),
    ...(deny.length === 0 ? {} : { deny: [...deny] }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(mode === undefined ? {} : { mode }),
    ...(repeat === undefined ? {} : { repeat }),
  };
}

/** The definition in a file, or nothing where none is named. The hub judges what is in it. */
export async function definitionIn(
  file: string | undefined,
  { folder, input }: CommandContext,
): Promise<Partial<ToolsetInput>> {
  if (file === undefined) return {};
  if (file === "-") return parseJsonObject(await input.readText(mostFileBytes), "stdin");
  const path = resolve(folder, file);
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new CommandError("usage", `${path} cannot be read: ${error.message}.`);
  });
  return parseJsonObject(text, path);
}
