import type { JsonRpcId } from "./json-rpc.js";

const quote = 34;

/** A whole number as JSON writes it, short enough to be exact in JavaScript. */
const plainNumber = /^(?:0|[1-9]\d{0,14})$/;

/** An escape, or a byte of a character that takes several. */
const needsReading = /[\\\u0080-\u00ff]/;

/** A JSON value as it is written, one character a byte. */
function jsonOf(written: string | undefined): unknown {
  if (written === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(written, "latin1").toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A text as JSON writes it; undefined for any other value, and for one whose end was cut off. */
export function textOf(written: string | undefined): string | undefined {
  if (written === undefined || written.charCodeAt(0) !== quote) return undefined;
  if (written.length < 2 || written.charCodeAt(written.length - 1) !== quote) return undefined;
  // Nearly all are written plainly, in ASCII.
  if (!needsReading.test(written)) return written.slice(1, -1);
  const value = jsonOf(written);
  return typeof value === "string" ? value : undefined;
}

/** A number as JSON writes it; undefined for any other value, and for what JavaScript takes for infinite. */
export function numberOf(written: string | undefined): number | undefined {
  const value = jsonOf(written);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The id of a message, as JSON writes it; undefined for what can be none. */
export function idOf(written: string | undefined): JsonRpcId | null | undefined {
  // Nearly all are counted up.
  if (written !== undefined && plainNumber.test(written)) return Number(written);
  const value = jsonOf(written);
  const isId =
    value === null ||
    typeof value === "string" ||
    (typeof value === "number" && Number.isFinite(value));
  return isId ? value : undefined;
}
