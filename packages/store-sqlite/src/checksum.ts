import { crc32 } from "node:zlib";

/** The checksum of a row's text. The key is part of it, so that a row found under another key is noticed. */
export function checksumOf(key: string | Buffer, text: string | Buffer): number {
  return crc32(text, crc32(key));
}
