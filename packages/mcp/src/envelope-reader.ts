import type { Envelope } from "./envelope.js";
import {
  backslash,
  braceClose,
  braceOpen,
  bracketClose,
  bracketOpen,
  colon,
  comma,
  quote,
} from "./json-characters.js";
import type { JsonRpcId } from "./json-rpc.js";
import { longestRefusal } from "./token-refusal.js";
import { idOf, numberOf, textOf } from "./written-value.js";

/** An answer whose result has begun. */
export type Answering = {
  /** Undefined when none stood before the result. */
  readonly id: JsonRpcId | null | undefined;
  /** The member of the result that is read. */
  readonly member: string | undefined;
  /** A member was read that only a wish for input has. */
  readonly asksForInput: boolean;
  /** Undefined when it was not read yet. */
  readonly resultType: string | undefined;
  /** Where in the text the result's first member has its place. */
  readonly membersAt: number;
};

/** Longer texts are jumped through rather than walked through. */
const shortText = 64;
/** Where quotes stand close together, so much is walked through before the next jump. */
const mostWalked = 2_048;

/** Names and words that matter are shorter, also where every letter is an escape. */
const mostWordBytes = 128;
const mostIdBytes = 4_096;
/** Each character of an error's message may be an escape, and quotes stand around it. */
const mostMessageBytes = 6 * longestRefusal + 2;

/** What stands for a member whose value is an object or an array. */
const nested = "{";

/**
 * Reads the envelope of one JSON text, in pieces as they come. It knows texts, escapes and depth, so
 * nothing inside of a value is ever taken for a member of the message; of members that are there twice
 * the last one counts, as for `JSON.parse`. What stands deeper is passed over, not checked.
 */
export class EnvelopeReader {
  readonly #mostIdBytes: number;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #isBroken = false;
  #isDone = false;
  /** The depth down to which members are read: 2 within the result and the error, else 1. */
  #readDepth = 1;
  /** Whether the object at the second level is the result. */
  #isInResult = false;
  #membersAt = 0;
  #asksForInput = false;
  /** Bytes that were read before the present piece, and where that begins in its buffer. */
  #before = 0;
  #from = 0;
  /** The member of the message that is read, and the one of its result. */
  #key: string | undefined;
  #innerKey: string | undefined;
  /** What was read of the present name or value, as it is written, one character a byte. */
  #token = "";
  #id: string | undefined;
  #isCall = false;
  #isAnswer = false;
  #error: { code: number | undefined; message: string | undefined } | undefined;
  #isToolError = false;
  #resultType: string | undefined;
  #protocolVersion: string | undefined;

  /** A longer id is none. */
  constructor(mostId = mostIdBytes) {
    this.#mostIdBytes = mostId;
  }

  read(bytes: Buffer, from = 0, to = bytes.length): void {
    this.#from = from;
    let at = from;
    while (at < to && !this.#isBroken) {
      const isOfInterest = this.#depth <= this.#readDepth;
      if (this.#isInText) {
        const end = this.#endOfText(bytes, at, to);
        if (isOfInterest) this.#keep(bytes, at, end);
        at = end;
      } else if (isOfInterest) at = this.#member(bytes, at, to);
      else at = this.#passOver(bytes, at, to);
    }
    this.#before += to - from;
  }

  /** What is known of an answer while its result is read; undefined where the message may still be anything. */
  get answering(): Answering | undefined {
    if (!this.#isInResult || this.#isCall || this.#isBroken) return undefined;
    return {
      id: idOf(this.#id),
      member: this.#innerKey,
      asksForInput: this.#asksForInput,
      resultType: this.#resultType,
      membersAt: this.#membersAt,
    };
  }

  /** The text is whole; nothing but space may follow. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** It is no JSON object, or something stands before or behind it. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The line ended: no text of JSON goes on after it. */
  endLine(): void {
    if (this.#isInText) this.#isBroken = true;
  }

  /** Undefined for what is no whole JSON object. The reader can read the next text then. */
  end(): Envelope | undefined {
    const envelope: Envelope | undefined =
      this.#isDone && !this.#isBroken
        ? {
            id: idOf(this.#id),
            isCall: this.#isCall,
            isAnswer: this.#isAnswer,
            error: this.#error,
            isToolError: this.#isToolError,
            resultType: this.#resultType,
            protocolVersion: this.#protocolVersion,
          }
        : undefined;
    this.#depth = 0;
    this.#isInText = false;
    this.#isEscaped = false;
    this.#isBroken = false;
    this.#isDone = false;
    this.#readDepth = 1;
    this.#isInResult = false;
    this.#before = 0;
    this.#key = undefined;
    this.#innerKey = undefined;
    this.#token = "";
    this.#id = undefined;
    this.#isCall = false;
    this.#isAnswer = false;
    this.#error = undefined;
    this.#forgetResult();
    return envelope;
  }

  /** Of two results the last one counts, with what it says or does not say. */
  #forgetResult(): void {
    this.#isToolError = false;
    this.#asksForInput = false;
    this.#resultType = undefined;
    this.#protocolVersion = undefined;
  }

  /** Goes on inside of a text, up to behind its closing quote. */
  #endOfText(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    let step = shortText;
    let walked = at + step;
    while (at < to) {
      const byte = bytes[at];
      if (byte === quote) {
        this.#isInText = false;
        return at + 1;
      }
      if (byte === backslash) {
        at += 2;
        continue;
      }
      at += 1;
      if (at < walked) continue;
      const mark = nextMark(bytes, at, to);
      // A text full of quotes, such as JSON in a text, is walked through in ever longer steps.
      step = mark - at < shortText ? Math.min(2 * step, mostWalked) : shortText;
      at = mark;
      walked = at + step;
    }
    this.#isInText = true;
    this.#isEscaped = at > to;
    return to;
  }

  /** Goes through what is deeper than anything of interest. */
  #passOver(bytes: Buffer, from: number, to: number): number {
    const least = this.#readDepth;
    let depth = this.#depth;
    let at = from;
    while (at < to) {
      const byte = bytes[at];
      at += 1;
      if (byte === quote) {
        at = this.#endOfText(bytes, at, to);
        if (this.#isInText) break;
      } else if (byte === braceOpen || byte === bracketOpen) depth += 1;
      else if (byte === braceClose || byte === bracketClose) {
        depth -= 1;
        if (depth === least) break;
      }
    }
    this.#depth = depth;
    return at;
  }

  /** One character at the levels that matter, or a run of those that mean nothing by themselves. */
  #member(bytes: Buffer, at: number, to: number): number {
    const byte = bytes[at];
    if (byte === quote && this.#depth > 0) {
      const end = this.#endOfText(bytes, at + 1, to);
      this.#keep(bytes, at, end);
      return end;
    }
    if (byte === braceOpen || byte === bracketOpen) this.#open(byte, at);
    else if (this.#depth === 0 && !isSpace(byte)) this.#isBroken = true;
    else if (byte === braceClose || byte === bracketClose) this.#close();
    else if (byte === colon) this.#name();
    else if (byte === comma) this.#take();
    else {
      let end = at + 1;
      while (end < to && this.#depth > 0 && isPlain(bytes[end])) end += 1;
      this.#keep(bytes, at, end);
      return end;
    }
    return at + 1;
  }

  #open(byte: number, at: number): void {
    if (this.#depth === 0) {
      // One object is a message; nothing stands before it and nothing follows it.
      this.#isBroken ||= this.#isDone || byte !== braceOpen;
      this.#token = "";
    } else if (
      this.#depth === 1 &&
      byte === braceOpen &&
      (this.#key === "result" || this.#key === "error")
    ) {
      this.#readDepth = 2;
      this.#isInResult = this.#key === "result";
      if (!this.#isInResult) this.#error = { code: undefined, message: undefined };
      this.#membersAt = this.#before + at + 1 - this.#from;
      this.#token = "";
    } else this.#token = nested;
    this.#depth += 1;
  }

  #close(): void {
    this.#take();
    this.#depth -= 1;
    if (this.#depth === 1) {
      this.#readDepth = 1;
      this.#isInResult = false;
      this.#token = nested;
    } else this.#isDone = true;
  }

  /** What was read is the name of a member. */
  #name(): void {
    const name = textOf(this.#token.trim());
    this.#token = "";
    if (this.#depth === 2) {
      this.#innerKey = name;
      if (this.#isInResult)
        this.#asksForInput ||= name === "inputRequests" || name === "requestState";
    } else {
      this.#key = name;
      if (name === "result") this.#forgetResult();
      else if (name === "error") this.#error = undefined;
    }
  }

  /** A member is whole. */
  #take(): void {
    const value = this.#token.trim();
    this.#token = "";
    if (this.#depth === 2) {
      if (this.#isInResult) this.#takeOfResult(value);
      else this.#takeOfError(value);
      this.#innerKey = undefined;
      return;
    }
    if (this.#key === "id") this.#id = value;
    // Some write null for what they do not give.
    else if (this.#key === "method") this.#isCall = value !== "null";
    else if (this.#key === "result") this.#isAnswer = true;
    else if (this.#key === "error") {
      this.#isAnswer = true;
      if (value !== nested) this.#error = undefined;
      // An array says neither.
      else this.#error ??= { code: undefined, message: undefined };
    }
    this.#key = undefined;
  }

  #takeOfResult(value: string): void {
    if (this.#innerKey === "isError") this.#isToolError = value === "true";
    else if (this.#innerKey === "resultType") this.#resultType = textOf(value);
    else if (this.#innerKey === "protocolVersion") this.#protocolVersion = textOf(value);
  }

  #takeOfError(value: string): void {
    if (this.#error === undefined) return;
    if (this.#innerKey === "code") this.#error.code = numberOf(value);
    else if (this.#innerKey === "message") {
      const message = textOf(value);
      const isShort = message !== undefined && message.length <= longestRefusal;
      this.#error.message = isShort ? message : undefined;
    }
  }

  /** In bytes: how long what is read now may be. */
  get #most(): number {
    if (this.#depth === 1) return this.#key === "id" ? this.#mostIdBytes : mostWordBytes;
    const isMessage = !this.#isInResult && this.#innerKey === "message";
    return isMessage ? mostMessageBytes : mostWordBytes;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    // One character too many shows later that it was too long.
    const room = this.#most + 1 - this.#token.length;
    if (room > 0) this.#token += bytes.toString("latin1", from, Math.min(to, from + room));
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 9 || byte === 10 || byte === 13;
}

function isPlain(byte: number | undefined): boolean {
  return (
    byte !== quote &&
    byte !== comma &&
    byte !== colon &&
    byte !== braceOpen &&
    byte !== braceClose &&
    byte !== bracketOpen &&
    byte !== bracketClose
  );
}

/** The next quote, with the backslashes right before it; `to` when there is none. */
function nextMark(bytes: Buffer, from: number, to: number): number {
  // A view costs more than the search; without one, a search behind `to` could be as long as the rest.
  const isRest = to === bytes.length;
  const found = isRest ? bytes.indexOf(quote, from) : bytes.subarray(from, to).indexOf(quote);
  let at = found === -1 ? to : isRest ? found : from + found;
  while (at > from && bytes[at - 1] === backslash) at -= 1;
  return at;
}

/** Between two texts it knows nothing, so one serves all. */
const reader = new EnvelopeReader(Number.POSITIVE_INFINITY);

/** The envelope of a whole text; undefined for what is no JSON object. */
export function envelopeOf(text: string | Buffer): Envelope | undefined {
  reader.read(typeof text === "string" ? Buffer.from(text, "utf8") : text);
  return reader.end();
}
