import type { CommandContext } from "./context.js";
import { isObject } from "./tool-schema.js";

/** How much base64 text is in bytes. */
function bytesOf(base64: unknown): number {
  return typeof base64 === "string" ? Buffer.byteLength(base64, "base64") : 0;
}

/** A part of what a tool or a prompt said, as text: what is no text is described. */
export function contentText(part: unknown): string {
  if (!isObject(part)) return "";
  if (part.type === "text" && typeof part.text === "string") return part.text;
  if (part.type === "image" || part.type === "audio")
    return `[${part.type}: ${part.mimeType}, ${bytesOf(part.data)} bytes; --json has them]`;
  if (part.type === "resource_link") return `[resource: ${part.uri}]`;
  if (part.type === "resource" && isObject(part.resource)) {
    const { text, uri, blob, mimeType } = part.resource;
    return typeof text === "string"
      ? text
      : `[resource: ${uri}, ${mimeType ?? "binary"}, ${bytesOf(blob)} bytes; --json has them]`;
  }
  return JSON.stringify(part);
}

/** Shows the progress of a request until it is over. */
export function progressOf({ output }: CommandContext, what: string) {
  output.progress(`${what} ...`);
  return ({
    progress,
    total,
    message,
  }: {
    readonly progress: number;
    readonly total?: number | undefined;
    readonly message?: string | undefined;
  }) => {
    const share = total === undefined || total <= 0 ? String(progress) : `${progress}/${total}`;
    output.progress([what, share, message].filter((part) => part !== undefined).join("  "));
  };
}
