/** What `isAbsoluteUri` asks for, for the text of a refusal. */
export const absoluteUri = "an absolute URI, such as file:///notes.txt";

/** Whether a value is a URI with a scheme and something after it, as those of MCP resources are. */
export function isAbsoluteUri(value: unknown): value is string {
  return typeof value === "string" && /^[a-z][a-z0-9+.-]*:./is.test(value);
}

/** A value that was no such URI, cut for a message. */
export function shownUri(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? "nothing";
}
