const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const table = Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest >>> 0;
});

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

function chunk(type: string, ...data: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), ...data]);
  return Buffer.concat([numbers(body.length - 4), body, numbers(checksum(body))]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

/** What the chunks of one type hold, together. */
function dataOf(png: Buffer, type: string): Buffer {
  const found: Buffer[] = [];
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === type)
      found.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(found);
}

export type Frame = { readonly png: Buffer; readonly forMs: number };

/** PNG pictures of one size as a single moving one (APNG), which begins anew for ever. */
export function movingPicture(frames: readonly Frame[]): Buffer {
  const [first] = frames;
  if (first === undefined) throw new Error("A moving picture needs a frame.");
  const header = dataOf(first.png, "IHDR");
  const size = header.subarray(0, 8);
  let sequence = 0;
  const next = () => numbers(sequence++);
  const parts = frames.flatMap(({ png, forMs }, index) => {
    const delay = Buffer.from([forMs >> 8, forMs & 0xff, 1000 >> 8, 1000 & 0xff]);
    // No offset; left as it is afterwards, and drawn over what was there.
    const control = chunk("fcTL", next(), size, numbers(0, 0), delay, Buffer.from([0, 0]));
    const data = dataOf(png, "IDAT");
    return [control, index === 0 ? chunk("IDAT", data) : chunk("fdAT", next(), data)];
  });
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("acTL", numbers(frames.length, 0)),
    ...parts,
    chunk("IEND"),
  ]);
}
