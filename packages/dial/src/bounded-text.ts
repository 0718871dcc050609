/** A body as text. Rejects as soon as it has more than `most` bytes, and reads no further. */
export async function boundedText(
  body: AsyncIterable<Uint8Array> | null,
  most: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > most) throw new Error(`The answer has more than ${most} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
