import type { Asked } from "../mcp/request.js";
import { requestOf } from "../mcp/request.js";

/** A text as one word of a POSIX shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The call as a command that can be pasted into a terminal. */
export function curlOf(asked: Asked, origin: string): string {
  const { path, headers, body } = requestOf(asked, 1);
  return [
    `curl -sS -N ${shellQuoted(origin + path)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`),
    `--data-raw ${shellQuoted(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}
