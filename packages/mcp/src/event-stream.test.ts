import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  EventParser,
  EventTooLarge,
  eventBytes,
  eventText,
  type StreamEvent,
} from "./event-stream.js";

const text = fc.string({ unit: "grapheme" });
const line = text.map((one) => one.replace(/[\r\n]/g, ""));
const word = line.filter((one) => one !== "");

const event: fc.Arbitrary<StreamEvent> = fc.record(
  {
    data: fc.oneof(
      fc.constant(undefined),
      text.map((one) => one.replace(/\r/g, "")).filter((one) => one !== ""),
    ),
    id: line,
    event: word,
    retryMs: fc.nat(),
  },
  { requiredKeys: ["data", "id"] },
);

/** Cuts bytes at places that need not be between characters. */
function chunks(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

function parse(parts: readonly Buffer[], limit = 1_000_000): StreamEvent[] {
  const parser = new EventParser(limit);
  return parts.flatMap((part) => parser.push(part));
}

/** A whole stream, read line by line as the HTML standard words it. */
function asTheStandardSays(stream: string): StreamEvent[] {
  const events: StreamEvent[] = [];
  const lines = stream.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  // What follows the last line end is no line.
  lines.pop();
  let fields: { data?: string[]; id?: string; event?: string; retryMs?: number } = {};
  for (const line of lines) {
    if (line === "") {
      const { data, ...rest } = fields;
      const text = data?.join("\n");
      if (data !== undefined || rest.id !== undefined || rest.retryMs !== undefined)
        events.push({ data: text === "" ? undefined : text, ...rest });
      fields = {};
      continue;
    }
    const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === "data") fields.data = [...(fields.data ?? []), value];
    else if (name === "id") fields.id = value;
    else if (name === "event") {
      const { event: _, ...others } = fields;
      fields = value === "" ? others : { ...others, event: value };
    } else if (name === "retry" && /^\d+$/.test(value)) fields.retryMs = Number(value);
  }
  return events;
}

describe("the event parser", () => {
  test("gives the same events however the bytes are cut and the lines are ended", () => {
    fc.assert(
      fc.property(
        fc.array(event),
        fc.array(fc.nat()),
        fc.constantFrom("\n", "\r\n", "\r"),
        (events, cuts, ending) => {
          const written = `${events.map(eventText).join("")}:\n`.replaceAll("\n", ending);
          expect(parse(chunks(Buffer.from(written), cuts))).toEqual(events);
        },
      ),
    );
  });

  test("gives the bytes of long data too, which written again are the same event", () => {
    const long = fc
      .tuple(text, fc.constantFrom("a", "é", "\u{1f600}", "\n", "x\ny"), fc.nat(6_000))
      .map(([begin, unit, times]) => `${begin.replace(/\r/g, "")}${unit.repeat(times)}.`);
    const sent = fc.record({ data: long, id: line }, { requiredKeys: ["data"] });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 4 }), fc.array(fc.nat()), (events, cuts) => {
        const bytes = Buffer.from(events.map(eventText).join(""));
        const read = parse(chunks(bytes, cuts));
        expect(read.map(({ data }) => data)).toEqual(events.map(({ data }) => data));
        for (const one of read) {
          const size = Buffer.byteLength(one.data ?? "");
          expect(one.bytes?.toString() ?? one.data).toBe(one.data);
          expect(one.bytes !== undefined).toBe(size >= 4_096);
          expect(eventBytes(one).toString()).toBe(eventText(one));
          const { data, ...others } = one;
          if (one.bytes !== undefined)
            expect(eventBytes({ ...others, data: undefined }).toString()).toBe(eventText(one));
        }
      }),
    );
  });

  test("gives what the standard says for any bytes at all, however they are cut", () => {
    const fields = fc.constantFrom(
      "data",
      "data:",
      "data: ",
      "id: ",
      "id",
      "event:",
      "retry: 7",
      "retry",
      "data-x:",
      "dat",
      ":",
      " ",
      "\n",
      "\r",
      "\r\n",
      "\n\n",
      "7",
      "\uFEFF",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fields, text)), fc.array(fc.nat()), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(""));
        const events = parse([bytes]);
        expect(events).toEqual(asTheStandardSays(parts.join("")));
        expect(parse(chunks(bytes, cuts))).toEqual(events);
        expect(parse([...bytes].map((byte) => Buffer.from([byte])))).toEqual(events);
      }),
    );
  });

  test("says while an event or a line has begun and not ended", () => {
    const parser = new EventParser(1_000);
    for (const [piece, isWithin] of [
      [": a com", true],
      ["ment\n", false],
      ["data: x", true],
      ["\n", true],
      [": still\n", true],
      ["\n", false],
      ["id: 1\n", true],
      ["\n", false],
      ["odd", true],
      ["\r", false],
      ["\n", false],
    ] as const) {
      parser.push(Buffer.from(piece));
      expect(parser.isWithin).toBe(isWithin);
    }
  });

  test("costs the same for each byte, however long a line is and however it is cut", () => {
    const cpuOf = (bytes: Buffer, size: number) => {
      const began = process.cpuUsage();
      const parser = new EventParser(Number.POSITIVE_INFINITY);
      for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
      const { user, system } = process.cpuUsage(began);
      return user + system;
    };
    for (const [size, length] of [
      [1, 40_000],
      [7, 120_000],
      [2_048, 600_000],
      [600_000, 600_000],
    ] as const) {
      for (const piece of ["x", "data: x\n", "data:\r", "x\r\n", ":\n\n"]) {
        const bytes = Buffer.from(`data: ${piece.repeat(length / piece.length)}`);
        cpuOf(bytes, size);
        const half = cpuOf(bytes.subarray(0, length / 2), size);
        // Twice the bytes at most twice the work, and generously more for a busy machine.
        expect(cpuOf(bytes, size)).toBeLessThan(6 * half + 50_000);
      }
    }
  });

  test("reads 8 MB in pieces of 2 KB in well under a second of CPU", () => {
    const bytes = Buffer.from(`data: ${"x".repeat(8 * 1024 * 1024)}\n\n`);
    const parser = new EventParser(16 * 1024 * 1024);
    const began = process.cpuUsage();
    let events = 0;
    for (let at = 0; at < bytes.length; at += 2_048)
      events += parser.push(bytes.subarray(at, at + 2_048)).length;
    const { user, system } = process.cpuUsage(began);
    expect(events).toBe(1);
    expect(user + system).toBeLessThan(500_000);
  });

  test("leaves comments, unknown fields and a byte order mark out", () => {
    const written = "\uFEFF: hello\nodd: 1\ndata:one\ndata: two\n\n: bye\n\nretry: soon\ndata\n\n";
    expect(parse([Buffer.from(written)])).toEqual([{ data: "one\ntwo" }, { data: undefined }]);
  });

  test("gives up on one event that is too large, in one line or in many, but not on many small ones", () => {
    const limit = 100;
    const small = Buffer.from(`data: ${"x".repeat(90)}\n\n`.repeat(50));
    expect(parse([small], limit)).toHaveLength(50);
    expect(() => parse([Buffer.from(`data: ${"x".repeat(200)}`)], limit)).toThrow(EventTooLarge);
    const lines = Array.from({ length: 50 }, () => Buffer.from("data: xxxx\n"));
    expect(() => parse(lines, limit)).toThrow(EventTooLarge);
    const empty = Array.from({ length: 200 }, () => Buffer.from("data\n"));
    expect(() => parse(empty, limit)).toThrow(EventTooLarge);
    const wide = Buffer.from(`data: ${"é".repeat(60)}\n\n`);
    expect(() => parse([wide], limit)).toThrow(EventTooLarge);
    const remark = Array.from({ length: 50 }, () => Buffer.from(": x "));
    expect(() => parse(remark, limit)).toThrow(EventTooLarge);
    const silent = Array.from({ length: 50 }, () => Buffer.from("xxxxx"));
    expect(() => parse(silent, limit)).toThrow(EventTooLarge);
  });
});
