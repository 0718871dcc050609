import { expect, test } from "vitest";
import { pictureOf } from "./server-picture.js";

const png =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==";
const webp = "data:image/webp;base64,UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";

test("a picture that is in the words of a server is shown, the registration's first", () => {
  expect(pictureOf({ icons: [{ src: png }], serverInfo: { icons: [{ src: webp }] } })).toBe(png);
  expect(pictureOf({ serverInfo: { name: "x", icons: [{ src: webp, sizes: ["48x48"] }] } })).toBe(
    webp,
  );
  expect(
    pictureOf({
      icons: [{ src: "https://example.org/i.png" }],
      serverInfo: { icons: [{ src: png }] },
    }),
  ).toBe(png);
});

test.each([
  "https://example.org/i.png",
  "//example.org/i.png",
  "data:image/svg+xml;base64,PHN2Zz4=",
  "data:image/svg+xml,<svg onload=alert(1)>",
  "data:text/html;base64,PGI+",
  "data:image/png,not-base64",
  'data:image/png;base64,AAAA" onerror="alert(1)',
  "javascript:alert(1)",
  "data:image/png;base64,iVBORw0KGgo=",
  // 1,025 pixels wide.
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAABAEAAAABAQAAAACHt4qmAAAADElEQVR42mNgGGgAAACCAAFhCEiJAAAAAElFTkSuQmCC",
  `data:image/png;base64,${"A".repeat(64 * 1024)}`,
  "",
  7,
  null,
])("%s is not shown", (src) => {
  expect(pictureOf({ serverInfo: { icons: [{ src }] } })).toBeUndefined();
});

test.each([undefined, {}, { icons: "x" }, { icons: [null, 3, "x", {}] }, { icons: { src: png } }])(
  "what is no list of icons has no picture: %j",
  (serverInfo) => {
    expect(pictureOf({ serverInfo })).toBeUndefined();
  },
);
