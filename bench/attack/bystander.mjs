// An honest client in a process of its own: every 20 ms it asks for five servers and calls one good tool.
// A turn's time counts from the moment it was due, so that a hub which stands still is seen in every turn
// that was due meanwhile, and no turns pile up behind it. `node bystander.mjs PORT TOOL`; the messages are `start` and `stop`.
import { Connection } from "../gateway/connection.mjs";
import { modern, requestText } from "../gateway/mcp.mjs";

const everyMs = 20;
const limitMs = 15_000;
const [port, tool] = [Number(process.argv[2]), process.argv[3]];
const listText = `GET /servers?limit=5 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
const callText = requestText(
  { port, path: "/mcp", era: modern },
  { id: 1, method: "tools/call", params: { name: tool, arguments: { text: "hello" } } },
);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let connection;
let times = [];
let failed = 0;
/** Why the first of them failed. */
let reason;
let dueAt = performance.now();

/**
 * A server may close a connection that waits for a next request, also while that is on its way. What this
 * client asks may be asked twice, so it asks again on a new connection, unless an answer had begun.
 */
async function answerTo(text, hear) {
  const kept = connection;
  let hasBegun = false;
  const hearFirst = (piece) => {
    hasBegun = true;
    hear(piece);
  };
  connection ??= await Connection.open(port);
  try {
    return await connection.send(text, hearFirst);
  } catch (error) {
    const isClosed = /ECONNRESET|EPIPE|closed/.test(error.message);
    if (kept === undefined || hasBegun || !isClosed) throw error;
    connection = await Connection.open(port);
    return connection.send(text, hear);
  }
}

async function send(text, expected) {
  const pieces = [];
  const { status } = await answerTo(text, (piece) => pieces.push(piece));
  const body = Buffer.concat(pieces).toString();
  if (status !== 200 || !body.includes(expected)) throw new Error(`answered ${status}: ${body}`);
}

async function turn() {
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), limitMs);
  });
  try {
    const both = send(listText, '"servers"').then(() => send(callText, '"hello"'));
    await Promise.race([both, tooLate]);
    return true;
  } catch (error) {
    reason ??= error.message;
    connection?.close();
    connection = undefined;
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function quantile(share) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

process.on("message", (order) => {
  if (order === "start") {
    times = [];
    failed = 0;
    reason = undefined;
    dueAt = performance.now();
  } else
    process.send({ turns: times.length, failed, reason, p50: quantile(0.5), p99: quantile(0.99) });
});
process.once("disconnect", () => process.exit());
process.send("ready");

for (;;) {
  const due = dueAt;
  await sleep(Math.max(0, due - performance.now()));
  const isGood = await turn();
  // A turn that began before the measurement does not count in it.
  if (dueAt !== due) continue;
  const endedAt = performance.now();
  for (; dueAt < endedAt; dueAt += everyMs) times.push(endedAt - dueAt);
  if (!isGood) failed += 1;
}
