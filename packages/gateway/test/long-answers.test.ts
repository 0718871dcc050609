import {
  closeAll,
  closeLater,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  textResult,
  type UpstreamCall,
  until,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const eras = { legacy: LegacyUpstream, modern: ModernUpstream };
const framings = ["json", "events"] as const;
type Framing = (typeof framings)[number];
const types = { json: "application/json", events: "text/event-stream" };

/** A hub with one server of a tool `long`, and a client of 2025 with a session. */
async function oneServer(era: keyof typeof eras, answer: (call: UpstreamCall) => void) {
  const hub = await TestHub.start();
  const upstream = await eras[era].start({ tools: ["long", "echo"] });
  upstream.on("long", (call) => {
    answer(call);
    return undefined;
  });
  await hub.register("one", upstream);
  return {
    hub,
    upstream,
    client: await LegacyClient.open(hub.url),
    modern: new ModernClient(hub.url),
  };
}

/** Writes bytes in pieces of these lengths, over and over, each when the one before has gone out. */
function inPieces({ response }: UpstreamCall, bytes: Buffer, lengths: readonly number[]): void {
  let at = 0;
  let turn = 0;
  const next = () => {
    if (at >= bytes.length) return response.end();
    const length = lengths[turn % lengths.length] ?? bytes.length;
    turn += 1;
    at += length;
    response.write(bytes.subarray(at - length, at), next);
  };
  next();
}

/** How servers write one answer: the order of its members, spaces, and what else its event says. */
const spelling = fc.record({
  framing: fc.constantFrom<Framing>(...framings),
  idPlace: fc.constantFrom("first", "last"),
  gap: fc.constantFrom("", " ", "\n", "\r\n", "\r"),
  unit: fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  length: fc.integer({ min: 1_000, max: 700_000 }),
  pieces: fc.array(fc.integer({ min: 5_000, max: 200_000 }), { minLength: 1, maxLength: 4 }),
  before: fc.constantFrom("", "event: message\n", "id: a-1\n", ": comment\n"),
  after: fc.constantFrom("", "event: message\n", "id: b-2\n", "retry: 500\n"),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  isError: fc.boolean(),
});

describe("long answers", () => {
  for (const era of ["legacy", "modern"] as const)
    test(`come whole, however a ${era} server writes them`, async () => {
      let written = Buffer.alloc(0);
      let given: { framing: Framing; pieces: readonly number[] } = { framing: "json", pieces: [1] };
      let write = (_: UpstreamCall) => Buffer.alloc(0);
      const { hub, client, modern } = await oneServer(era, (call) => {
        written = write(call);
        call.response.writeHead(200, { "content-type": types[given.framing] });
        inPieces(call, written, given.pieces);
      });
      await fc.assert(
        fc.asyncProperty(spelling, async (one) => {
          given = one;
          const { unit, gap, isError } = one;
          const text = unit.repeat(Math.ceil(one.length / unit.length));
          const complete = era === "modern" ? { resultType: "complete" } : {};
          const result = { ...textResult(text), ...complete, isError };
          write = ({ id }) => {
            const members = [
              `"id":${gap}${JSON.stringify(id)}`,
              `"result":${JSON.stringify(result)}`,
            ];
            if (one.idPlace === "last") members.reverse();
            const json = `{"jsonrpc":"2.0",${gap}${members.join(`,${gap}`)}${gap}}`;
            const lines = json.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
            const event = `${one.before}${lines.join("")}${one.after}\n`;
            return Buffer.from(
              one.framing === "json" ? json : event.replaceAll("\n", one.lineEnd),
              "utf8",
            );
          };
          const { status, response, isBroken, messages } = await client.call("one__long").done;
          expect({ status, isBroken, count: messages.length }).toEqual({
            status: 200,
            isBroken: false,
            count: 1,
          });
          const answers = [response];
          // Between modern sides its bytes cross unread.
          if (era === "legacy") {
            const other = await modern.call("one__long").done;
            expect(other.isBroken).toBe(false);
            expect(other.response.result?.resultType).toBe("complete");
            answers.push(other.response);
          }
          for (const answer of answers) {
            expect(answer.error).toBeUndefined();
            expect(answer.result?.isError).toBe(isError);
            expect(textOf(answer) === text).toBe(true);
          }
        }),
        { numRuns: 40 },
      );
      expect(hub.errors).toEqual([]);
    });

  test("keep the ids of their events, with which the client goes on", async () => {
    const { client } = await oneServer("legacy", (call) => {
      const text = JSON.stringify({
        jsonrpc: "2.0",
        id: call.id,
        result: textResult("x".repeat(400_000)),
      });
      call.response.writeHead(200, { "content-type": "text/event-stream" });
      inPieces(call, Buffer.from(`data: ${text}\nid: 7\n\n`), [100_000]);
    });
    const call = client.call("one__long");
    await call.done;
    expect(call.eventIds).toEqual(["one:7"]);
  });

  for (const framing of framings) {
    test(`are read (${framing}) as fast as their clients read them, of any length`, async () => {
      const mib = 1024 * 1024;
      const sent: UpstreamCall[] = [];
      const { hub, client } = await oneServer("legacy", (call) => {
        sent.push(call);
        const json = JSON.stringify({
          jsonrpc: "2.0",
          id: call.id,
          result: textResult("y".repeat(24 * mib)),
        });
        call.response.writeHead(200, { "content-type": types[framing] });
        call.response.end(framing === "json" ? json : `data: ${json}\n\n`);
      });
      for (let one = 0; one < 4; one += 1) {
        const silent = client.call("one__long");
        silent.pause();
        closeLater(() => silent.close());
        await silent.opened;
      }
      const { response } = await client.call("one__long").done;
      expect(textOf(response)).toHaveLength(24 * mib);
      // Nobody but the server and the kernel keeps the answers of the others.
      const unread = sent.slice(0, 4).map(({ response: at }) => at.writableFinished);
      expect(unread).toEqual([false, false, false, false]);
      expect((await hub.budget("waitingBytes")).used).toBeLessThan(4 * mib);
      expect((await hub.budget("incomingBytes")).used).toBe(0);
    });

    test(`are read as slowly for modern clients (${framing}), who get what every result has there`, async () => {
      const mib = 1024 * 1024;
      const sent: UpstreamCall[] = [];
      const { hub, modern } = await oneServer("legacy", (call) => {
        sent.push(call);
        const result = { contents: [{ uri: "file:///a", text: "y".repeat(24 * mib) }] };
        const json = JSON.stringify({ jsonrpc: "2.0", id: call.id, result });
        call.response.writeHead(200, { "content-type": types[framing] });
        call.response.end(framing === "json" ? json : `data: ${json}\n\n`);
      });
      const silent = modern.call("one__long");
      silent.pause();
      closeLater(() => silent.close());
      await silent.opened;
      const { response } = await modern.call("one__long").done;
      expect(response.result?.resultType).toBe("complete");
      expect(JSON.stringify(response.result).length).toBeGreaterThan(24 * mib);
      expect(sent[0]?.response.writableFinished).toBe(false);
      expect((await hub.budget("waitingBytes")).used).toBeLessThan(4 * mib);
    });

    test(`that break off (${framing}) are never taken for whole, and the next call is answered`, async () => {
      const { client } = await oneServer("legacy", ({ id, response }) => {
        const start = `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`;
        response.writeHead(200, { "content-type": types[framing] });
        response.write(`${framing === "json" ? "" : "data: "}${start}${"z".repeat(600_000)}`, () =>
          setImmediate(() => response.destroy()),
        );
      });
      const { response } = await client.call("one__long").done;
      expect(response.error?.message).toContain("it closed the connection");
      expect(response.result).toBeUndefined();
      expect((await client.call("one__echo").done).response.result).toBeDefined();
    });

    // What closes the text may come long before the end: space may follow it, in lines of its own too.
    for (const tail of ["", " ", "\n", "\r\n  ", "\ndata: \ndata: "])
      test(`under another id (${framing}, ${JSON.stringify(tail)} behind it) go to nobody`, async () => {
        const { client } = await oneServer("legacy", (call) => {
          const text = "z".repeat(600_000);
          const json = `{"result":{"content":[{"type":"text","text":"${text}"}]},"jsonrpc":"2.0","id":${Number(call.id) + 1}}`;
          const { response } = call;
          response.writeHead(200, { "content-type": types[framing] });
          const space = framing === "json" ? tail.replaceAll("data: ", "") : tail;
          const parts = [
            framing === "json" ? json : `data: ${json}`,
            space,
            framing === "json" ? "" : "\n\n",
          ];
          const next = () => {
            const part = parts.shift();
            if (part === undefined) response.end();
            else response.write(part, () => setImmediate(next));
          };
          next();
        });
        const { response, messages } = await client.call("one__long").done;
        expect(response.result).toBeUndefined();
        expect(messages.every(({ result }) => result === undefined)).toBe(true);
        expect((await client.call("one__echo").done).response.result).toBeDefined();
      });
  }

  for (const era of ["legacy", "modern"] as const)
    for (const framing of framings)
      test(`are read no further (${framing}, of a ${era} server) when their client has left`, async () => {
        const calls: UpstreamCall[] = [];
        const { hub, client } = await oneServer(era, (call) => {
          calls.push(call);
          const { id, response } = call;
          const begun = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`;
          response.writeHead(200, { "content-type": types[framing] });
          response.write(framing === "json" ? begun : `data: ${begun}`);
          const more = () => {
            if (!response.destroyed) response.write("z".repeat(65_536), more);
          };
          more();
        });
        const leaving = client.call("one__long");
        await leaving.opened;
        leaving.close();
        await until("the server's answer to be closed", () => calls[0]?.isClosed === true);
        expect((await client.call("one__echo").done).response.result).toBeDefined();
        expect(hub.errors).toEqual([]);
      });

  test("are JSON for clients that want no stream, and broken off when the server breaks off", async () => {
    let isBreaking = false;
    const { hub, client } = await oneServer("legacy", ({ id, response }) => {
      const json = JSON.stringify({ jsonrpc: "2.0", id, result: textResult("x".repeat(600_000)) });
      response.writeHead(200, { "content-type": "application/json" });
      if (!isBreaking) response.end(json);
      else response.write(json.slice(0, -100), () => setImmediate(() => response.destroy()));
    });
    const ask = () =>
      fetch(`${hub.url}/mcp`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "mcp-session-id": client.sessionId,
        },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: "json",
          method: "tools/call",
          params: { name: "one__long", arguments: {} },
        }),
      });
    const response = await ask();
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(textOf((await response.json()) as Message)).toHaveLength(600_000); // a JSON-RPC response
    isBreaking = true;
    await expect(ask().then((broken) => broken.text())).rejects.toThrow();
  });

  test("that ask for input are asked, not handed on", async () => {
    const state = "s".repeat(400_000);
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["asks"] });
    const question = { method: "elicitation/create", params: { message: "Which?" } };
    const asked = { resultType: "input_required", inputRequests: { which: question } };
    const states: unknown[] = [];
    upstream.on("asks", ({ params }) => {
      states.push(params.requestState);
      return states.length > 1 ? textResult("thanks") : { ...asked, requestState: state };
    });
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url, {
      capabilities: { elicitation: {} },
      onAsked: () => ({ action: "accept", content: {} }),
    });
    const { response } = await client.call("one__asks").done;
    expect(textOf(response)).toBe("thanks");
    expect(states.map((one) => one === state)).toEqual([false, true]);
  });

  test("of several long lines of data come whole, and no faster than their client reads", async () => {
    const long = "x".repeat(3_000_000);
    const sent: UpstreamCall[] = [];
    const { client } = await oneServer("legacy", (call) => {
      sent.push(call);
      const { id, response } = call;
      const lines = [
        `data: {"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${long}",`,
        ...Array.from({ length: 8 }, (_, at) => `data: "text":"${at}${long}",`),
        `data: "text":"${long}"}]}}`,
      ];
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: ${`${lines.join("\n")}\n\n`.slice(6)}`);
    });
    const silent = client.call("one__long");
    silent.pause();
    closeLater(() => silent.close());
    await silent.opened;
    const { response } = await client.call("one__long").done;
    expect(textOf(response) === long).toBe(true);
    expect(sent[0]?.response.writableFinished).toBe(false);
  });

  test("are not broken off by what their server asks meanwhile", async () => {
    const { hub, upstream } = await oneServer("legacy", () => undefined);
    const answers: Message[] = [];
    upstream.on("long", ({ id, response, sessionId }) => {
      const begun = `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${"w".repeat(600_000)}`;
      response.writeHead(200, { "content-type": "application/json" });
      response.write(begun);
      const session = (upstream as LegacyUpstream).sessions.get(String(sessionId)); // as it was started
      session?.questions.set(999, (answer) => {
        answers.push(answer);
        response.end('"}]}}');
      });
      const ask = () => {
        const question = { jsonrpc: "2.0", id: 999, method: "elicitation/create", params: {} };
        session?.stream?.write(`data: ${JSON.stringify(question)}\n\n`);
      };
      // The passage begins with what the client gets of it.
      begins.then(ask);
      return undefined;
    });
    let begin = (_: number) => {};
    const begins = new Promise<number>((resolve) => {
      begin = resolve;
    });
    const client = new ModernClient(hub.url, { capabilities: { elicitation: {} } });
    const call = client.call("one__long");
    call.opened.then(begin);
    const { response } = await call.done;
    expect(response.result?.resultType).toBe("complete");
    expect(answers.map(({ error }) => error?.code)).toEqual([-32_601]);
  });

  test("count in the server's traffic with all their bytes", async () => {
    const { hub, client } = await oneServer("legacy", (call) =>
      call.answer({ result: textResult("x".repeat(1_000_000)) }),
    );
    await client.call("one__long").done;
    const calls = await until("the call to be counted", async () => {
      const response = await fetch(`${hub.url}/calls`);
      const { calls: found } = (await response.json()) as { calls: { bytes: number }[] }; // our own API
      return found.length > 0 && found;
    });
    expect(calls[0]?.bytes).toBeGreaterThan(1_000_000);
  });
});
