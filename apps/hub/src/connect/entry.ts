/** What stands behind one name in the file of a client. Only what any of the formats can hold. */
export type EntryValue =
  | string
  | boolean
  | readonly string[]
  | { readonly [member: string]: string | boolean | readonly string[] | Entry };

export type Entry = { readonly [member: string]: string | boolean | readonly string[] | Entry };

/** Where an entry stands in a file: a member of an object, or an item of a list that one of its members names. */
export type Place =
  | { readonly kind: "member"; readonly path: readonly string[]; readonly value: Entry }
  | {
      readonly kind: "item";
      readonly path: readonly string[];
      /** The member that tells the items of the list apart. */
      readonly by: string;
      readonly value: Entry;
    };

/**
 * Members that say where an entry leads. When an entry is brought up to date, those that the new one does
 * not have are taken out; what else a person wrote there stays.
 */
export const leadingMembers: ReadonlySet<string> = new Set([
  "type",
  "transport",
  "url",
  "httpUrl",
  "serverUrl",
  "command",
  "args",
  "env",
  "headers",
  "requestOptions",
  "bearer_token_env_var",
  "http_headers",
  "env_http_headers",
]);

/** One replacement in a text. */
export type Edit = { readonly at: number; readonly length: number; readonly text: string };

/** The text with all replacements made. They do not overlap; those at one place stay in their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const inOrder = edits.map((edit, index) => ({ edit, index }));
  inOrder.sort((one, other) => one.edit.at - other.edit.at || one.index - other.index);
  let result = "";
  let from = 0;
  for (const { edit } of inOrder) {
    result += text.slice(from, edit.at) + edit.text;
    from = edit.at + edit.length;
  }
  return result + text.slice(from);
}

/** How the lines of a text end. Default, for a text of one line: a line feed. */
export function lineEndOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
}

/** The own member of an object, of whatever else undefined. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
