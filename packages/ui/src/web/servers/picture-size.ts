type Size = { readonly width: number; readonly height: number };

/** What is needed of a picture that says its size at its beginning, in characters of base64. */
const head = 64;
/** Segments of a JPEG that begin a picture; the others of their range are tables. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** None of these is where a picture begins. */
const hasNoLength = (marker: number) => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9);

/** How large a PNG, WebP or JPEG says that it is, in pixels; undefined for what is none of them, or does not say. */
export function sizeOfPicture(base64: string): Size | undefined {
  const begin = bytesOf(base64.slice(0, head));
  const text = (at: number, length: number) =>
    String.fromCharCode(...(begin?.subarray(at, at + length) ?? []));
  if (begin === undefined || begin.length < 30) return undefined;
  const view = new DataView(begin.buffer);
  if (text(1, 3) === "PNG" && text(12, 4) === "IHDR")
    return { width: view.getUint32(16), height: view.getUint32(20) };
  if (text(0, 4) === "RIFF" && text(8, 4) === "WEBP") return sizeOfWebp(view, text(12, 4));
  if (view.getUint16(0) !== 0xffd8) return undefined;
  const all = bytesOf(base64);
  return all && sizeOfJpeg(new DataView(all.buffer));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function sizeOfWebp(view: DataView, kind: string): Size | undefined {
  const three = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_0000;
  switch (kind) {
    case "VP8X":
      return { width: three(24) + 1, height: three(27) + 1 };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    default:
      return undefined;
  }
}

function sizeOfJpeg(view: DataView): Size | undefined {
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      // Any number of them may stand before a marker.
      at += 1;
      continue;
    }
    if (hasNoLength(marker)) return undefined;
    if (isFrame(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
