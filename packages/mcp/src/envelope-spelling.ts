import { skeleton } from "@hub/core/text";
import { endOfText, type JsonVisitor } from "./json-scan.js";

/** Members that say what a message is and whom it is for, each a bit of its own. */
const members = {
  message: new Map([
    ["jsonrpc", 1],
    ["id", 2],
    ["method", 4],
    ["params", 8],
    ["result", 16],
    ["error", 32],
  ]),
  params: new Map([
    ["name", 1],
    ["uri", 2],
    ["_meta", 4],
    ["ref", 8],
  ]),
  ref: new Map([
    ["type", 1],
    ["name", 2],
    ["uri", 4],
  ]),
} as const;

type Place = keyof typeof members;

const shapes = {
  message: new Set([...members.message.keys()].map(skeleton)),
  params: new Set([...members.params.keys()].map(skeleton)),
  ref: new Set([...members.ref.keys()].map(skeleton)),
} as const;

/** Keys that some programs take for a built-in part of every object, and not for a member. */
const inherited = new Set(["__proto__", "constructor", "prototype"]);

/** Keys that no program takes for another one. */
const unmistakable = /^[a-z]+(?:[A-Z][a-z]+)*$/;
const quote = 34;

export type EnvelopeProblem = {
  /** `message`: what kind it is cannot be told; else whom it is for. */
  readonly place: Place;
  readonly text: string;
};

/**
 * Reads the envelope of a JSON-RPC message out of its text, and says what programs that read JSON in
 * other ways would read otherwise: a member that is there twice, is written with escapes, or looks like
 * one of these. Arguments, results and all that is unknown are not looked at.
 */
export class EnvelopeSpelling implements JsonVisitor {
  readonly depth = 3;
  readonly #text: string;
  #problem: EnvelopeProblem | undefined;
  readonly #seen: Record<Place, number> = { message: 0, params: 0, ref: 0 };
  #isInParams = false;
  #isInRef = false;
  #nameAt = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The first thing that is wrong. */
  get problem(): EnvelopeProblem | undefined {
    return this.#problem;
  }

  /** Where the value of `params.name` begins; -1 when there is none. */
  get nameAt(): number {
    return this.#nameAt;
  }

  key(depth: number, start: number, end: number, valueAt: number): void {
    if (depth === 1) {
      const key = this.#text.slice(start, end);
      this.#judge("message", key);
      this.#isInParams = key === "params";
      this.#isInRef = false;
    } else if (depth === 2) {
      if (!this.#isInParams) return;
      const key = this.#text.slice(start, end);
      this.#judge("params", key);
      this.#isInRef = key === "ref";
      if (key === "name") this.#nameAt = valueAt;
    } else if (this.#isInRef) this.#judge("ref", this.#text.slice(start, end));
  }

  #judge(place: Place, key: string): void {
    const bit = members[place].get(key);
    if (bit === undefined) {
      const text = mistakable(place, key);
      if (text !== undefined) this.#problem ??= { place, text };
    } else if ((this.#seen[place] & bit) !== 0)
      this.#problem ??= { place, text: `${named(place, key)} appears twice` };
    this.#seen[place] |= bit ?? 0;
  }
}

function named(place: Place, key: string): string {
  const path = { message: "", params: "params.", ref: "params.ref." }[place];
  return JSON.stringify(`${path}${key.slice(0, 60)}`);
}

/** What is wrong with a key that is none of the known ones. */
function mistakable(place: Place, written: string): string | undefined {
  if (unmistakable.test(written) && !shapes[place].has(written.toLowerCase()))
    return inherited.has(written) ? `${named(place, written)} is no member` : undefined;
  const key = unescaped(written);
  if (inherited.has(key)) return `${named(place, key)} is no member`;
  if (members[place].has(key)) return `${named(place, key)} is written with escapes`;
  // Some programs end a text at its first NUL.
  const looksKnown = [key, key.split("\0", 1)[0] ?? ""].some((one) =>
    shapes[place].has(skeleton(one)),
  );
  // It is what a client would call its own in the place of `_meta`.
  return looksKnown && key !== "meta"
    ? `${named(place, key)} looks like another member`
    : undefined;
}

function unescaped(written: string): string {
  if (!written.includes("\\")) return written;
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return written;
  }
}

/**
 * A text with another value of `params.name`, which begins at `nameAt`; everything else as it was written:
 * numbers keep all their digits. Undefined when that value is no text.
 */
export function withNameAt(text: string, nameAt: number, name: string): string | undefined {
  if (nameAt === -1 || text.charCodeAt(nameAt) !== quote) return undefined;
  const end = endOfText(text, nameAt);
  return text.slice(0, nameAt) + JSON.stringify(name) + text.slice(end + 1);
}
