const headerBytes = 32;
const frameHeaderBytes = 24;
const littleEndianMagic = 0x377f_0682;

/**
 * `blank`: nothing was ever written to it, or all of that is gone.
 * `torn`: it ends in a write that was never completed, as after a power loss; SQLite leaves it out.
 * `damaged`: something before the last completed write is broken. SQLite would silently leave out
 * everything from there on, with writes that were acknowledged.
 */
export type WalState = "blank" | "whole" | "torn" | "damaged";

/**
 * Judges the bytes of a `-wal` file (format: https://sqlite.org/fileformat2.html#the_write_ahead_log).
 * Each frame's checksum continues that of the frame before it, which is stored too, so frames behind a
 * broken one can still be told to be good. When a whole transaction and the beginning of another are
 * behind it, that transaction was synced, and only damage can have broken what it builds on.
 */
export function judgeWal(bytes: Buffer): WalState {
  if (bytes.length < headerBytes) return "blank";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0);
  const isLittleEndian = (magic & 1) === 0;
  const hasMagic = (magic & ~1) >>> 0 === littleEndianMagic;
  const headerSum = checksum(view, 0, headerBytes - 8, { first: 0, second: 0 }, isLittleEndian);
  if (!hasMagic || !isSame(headerSum, storedSum(view, headerBytes - 8))) {
    // The header is synced before the first frame, so a file that never got one holds only zeros.
    return bytes.every((byte) => byte === 0) ? "blank" : "damaged";
  }

  const frameBytes = frameHeaderBytes + view.getUint32(8);
  const count = Math.floor((bytes.length - headerBytes) / frameBytes);
  const at = (frame: number) => headerBytes + frame * frameBytes;
  const isOfThisGeneration = (frame: number) =>
    frame < count &&
    view.getUint32(at(frame) + 8) === view.getUint32(16) &&
    view.getUint32(at(frame) + 12) === view.getUint32(20);
  const endsTransaction = (frame: number) => view.getUint32(at(frame) + 4) !== 0;
  const sumBefore = (frame: number) =>
    storedSum(view, frame === 0 ? headerBytes - 8 : at(frame - 1) + 16);
  const isGood = (frame: number) => {
    if (!isOfThisGeneration(frame)) return false;
    const head = checksum(view, at(frame), 8, sumBefore(frame), isLittleEndian);
    const body = at(frame) + frameHeaderBytes;
    const sum = checksum(view, body, frameBytes - frameHeaderBytes, head, isLittleEndian);
    return isSame(sum, storedSum(view, at(frame) + 16));
  };

  // A log that is started over gets a header whose first salt is one more; what is left of the frames
  // before that stays until it is overwritten. So with neither, the frames are gone.
  const isOfGenerationBefore =
    count > 0 && view.getUint32(at(0) + 8) === (view.getUint32(16) - 1) >>> 0;

  let broken = 0;
  while (isGood(broken)) broken += 1;
  let isTorn = broken > 0 && !endsTransaction(broken - 1);
  for (let frame = broken; frame < count; frame += 1) {
    if (!isOfThisGeneration(frame)) continue;
    isTorn = true;
    if (endsTransaction(frame) && isGood(frame + 1)) return "damaged";
  }
  if (isTorn) return "torn";
  return broken > 0 || isOfGenerationBefore ? "whole" : "blank";
}

type Sum = { readonly first: number; readonly second: number };

function storedSum(view: DataView, offset: number): Sum {
  return { first: view.getUint32(offset), second: view.getUint32(offset + 4) };
}

function isSame(one: Sum, other: Sum): boolean {
  return one.first === other.first && one.second === other.second;
}

function checksum(
  view: DataView,
  offset: number,
  length: number,
  from: Sum,
  isLittleEndian: boolean,
): Sum {
  let { first, second } = from;
  for (let position = offset; position < offset + length; position += 8) {
    first = (first + view.getUint32(position, isLittleEndian) + second) | 0;
    second = (second + view.getUint32(position + 4, isLittleEndian) + first) | 0;
  }
  return { first: first >>> 0, second: second >>> 0 };
}
