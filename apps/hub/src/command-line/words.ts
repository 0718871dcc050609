/** `1 server`, `2 servers`. */
export const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** How long something took, as `4.2 ms`, `42 ms` or `42.0 s`. */
export const milliseconds = (ms: number) =>
  ms >= 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** The first sentence of a text, without line breaks, for a list. */
export function firstSentence(text: string | undefined): string {
  const line = (text ?? "").trim().replace(/\s+/g, " ");
  return /^.*?[.!?](?=\s|$)/.exec(line)?.[0] ?? line;
}

/** How long ago an instant was, as `4 s ago`. */
export function ago(instant: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(instant)) / 1_000));
  if (seconds < 100) return `${seconds} s ago`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 48 * 3_600) return `${Math.round(seconds / 3_600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}
