/** The beginning of a text, as a text of its own: a mere slice would keep the whole of it in memory. */
export function cutText(text: string, most: number): string {
  return text.length <= most
    ? text
    : Buffer.from(text.slice(0, most), "utf16le").toString("utf16le");
}
