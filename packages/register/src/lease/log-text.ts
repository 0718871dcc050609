/** What a hub takes at a time. */
const mostLines = 500;
const mostBytes = 64 * 1024;

/** The end of what a server printed, as much of it as a hub takes. */
export function logText(printed: string | readonly string[]): string {
  const lines = (typeof printed === "string" ? printed.split(/\r?\n/) : printed).slice(-mostLines);
  let left = mostBytes;
  let first = lines.length;
  while (first > 0) {
    left -= Buffer.byteLength(lines[first - 1] ?? "") + 1;
    if (left < 0) break;
    first -= 1;
  }
  return lines.slice(first).join("\n");
}
