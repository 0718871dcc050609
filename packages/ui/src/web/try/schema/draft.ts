import { isObject, type JsonObject } from "./schema.js";

/** What stands in a field for JSON and cannot be read as JSON yet, or not be sent as it is. */
export class Unreadable {
  constructor(
    readonly text: string,
    readonly problem = "This is not JSON.",
  ) {}

  /** As raw JSON it is a text, so that nothing that was typed is lost. */
  toJSON(): string {
    return this.text;
  }
}

/** An object with one of its fields changed; `undefined` takes the field out. */
export function withField(value: unknown, name: string, field: unknown): JsonObject {
  const entries = Object.entries(isObject(value) ? value : {});
  const isNew = !entries.some(([key]) => key === name);
  const all = isNew
    ? [...entries, [name, field] as const]
    : entries.map(([key, old]) => [key, key === name ? field : old] as const);
  // fromEntries makes even `__proto__` a field like others.
  return Object.fromEntries(all.filter(([, one]) => one !== undefined));
}

/** A field of a value, if it has it itself. */
export function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** What is sent: the draft as plain JSON, without the fields that were left empty. */
export function sentOf(draft: unknown): JsonObject {
  const text = JSON.stringify(draft);
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  return isObject(value) ? value : {};
}

/** Whether all of a draft says what would be sent. */
export function isReadable(draft: unknown): boolean {
  if (draft instanceof Unreadable) return false;
  return typeof draft !== "object" || draft === null || Object.values(draft).every(isReadable);
}
