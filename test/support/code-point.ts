import fc from "fast-check";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
export const codePoint = fc
  .integer({ min: 0, max: 0x10ffff })
  .map((one) => String.fromCodePoint(one));
