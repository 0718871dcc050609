// The load generator, a process of its own. Each job keeps a number of connections busy for a number of
// seconds and answers with what it saw. An answer that is not the result that was asked for counts as a failure.
import { Connection } from "./connection.mjs";
import { endSessionText, legacy, openSession, replyOf, requestParts, sse } from "./mcp.mjs";
import { SseCaller } from "./sse-caller.mjs";

/** How much of an answer is looked at: its id and the start of its result, not its length of text. */
const looked = 400;

class Caller {
  #connection;
  #target;
  #session;

  static async open(target) {
    const caller = new Caller();
    caller.#target = target;
    caller.#connection = await Connection.open(target.port);
    if (target.era === legacy) {
      caller.#session = await openSession(target, (request) => caller.text(request));
    }
    return caller;
  }

  /** The two parts of a request, with this caller's session. */
  parts(request) {
    return requestParts(this.#target, { ...request, session: this.#session });
  }

  async text(request) {
    const pieces = [];
    const answer = await this.#connection.send(request, (piece) => pieces.push(piece));
    return { ...answer, body: Buffer.concat(pieces).toString() };
  }

  send(request, onBody) {
    return this.#connection.send(request, onBody);
  }

  async close() {
    if (this.#session !== undefined) await this.text(endSessionText(this.#target, this.#session));
    this.#connection.close();
  }
}

let lastId = 1_000_000;
function nextId() {
  lastId = lastId === 9_999_999 ? 1_000_001 : lastId + 1;
  return lastId;
}

/** Calls one tool again and again. */
async function callOnce(caller, parts, { leastBytes }) {
  const id = nextId();
  let start = "";
  let bytes = 0;
  const answer = await caller.send(`${parts[0]}${id}${parts[1]}`, (piece) => {
    if (start.length < looked) start += piece.latin1Slice(0, Math.min(looked, piece.length));
    bytes += piece.length;
  });
  const isGood =
    answer.status === 200 &&
    bytes >= leastBytes &&
    start.includes(`"id":${id}`) &&
    start.includes('"result":{') &&
    !start.includes('"isError":true');
  if (!isGood) throw new Error(`${answer.status}: ${start.slice(0, 200)}`);
}

/** Reads a whole list, page by page, as a client must. */
async function listOnce(caller, _parts, { request, leastTools }) {
  let count = 0;
  let cursor;
  do {
    const id = nextId();
    const params = cursor === undefined ? {} : { cursor };
    const [before, after] = caller.parts({ ...request, params });
    const answer = await caller.text(`${before}${id}${after}`);
    const { result } = replyOf(answer.body, id);
    count += result.tools.length;
    cursor = result.nextCursor;
  } while (cursor !== undefined);
  if (count < leastTools) throw new Error(`only ${count} tools`);
}

const once = { call: callOnce, list: listOnce };

async function work(caller, job, until, seen) {
  const parts = caller.parts(job.request);
  for (;;) {
    const begin = performance.now();
    if (begin >= until) return;
    try {
      await once[job.kind](caller, parts, job);
      seen.latencies.push(performance.now() - begin);
    } catch (error) {
      seen.failures += 1;
      seen.failure ??= error.message;
      // A contender that only fails must not fail a hundred thousand times.
      if (seen.failures > 100) return;
    }
  }
}

const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** One phase: all callers at work for so many seconds. */
async function phase(callers, job, seconds) {
  const seen = { latencies: [], failures: 0, failure: undefined };
  const begin = performance.now();
  const until = begin + seconds * 1_000;
  await Promise.all(callers.map((caller) => work(caller, job, until, seen)));
  const took = (performance.now() - begin) / 1_000;
  const sorted = Float64Array.from(seen.latencies).sort();
  return {
    count: sorted.length,
    rate: sorted.length / took,
    p50: at(sorted, 0.5),
    p95: at(sorted, 0.95),
    p99: at(sorted, 0.99),
    most: sorted.at(-1),
    failures: seen.failures,
    failure: seen.failure,
  };
}

let callers = [];
const orders = {
  async open({ job }) {
    const kind = job.target.era === sse ? SseCaller : Caller;
    callers = await Promise.all(Array.from({ length: job.callers }, () => kind.open(job.target)));
  },
  run: ({ job, seconds }) => phase(callers, job, seconds),
  async close() {
    const ended = callers;
    callers = [];
    await Promise.all(ended.map((caller) => caller.close()));
  },
};

process.on("message", async (order) => {
  try {
    process.send({ value: await orders[order.what](order) });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.send("listening");
process.once("disconnect", () => process.exit());
