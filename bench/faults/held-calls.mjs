// Calls in which a 2025 server asks its client something, begun at one hub and answered at another. Each resolves with
// what became of it: its `text`, and of the answer, if it was `refused`, with what and after how long.
import { randomUUID } from "node:crypto";
import { handshakeOf, post } from "./caller.mjs";

const capabilities = { elicitation: {} };
const timed = async (run) => {
  const began = performance.now();
  return { ...(await run()), tookMs: performance.now() - began };
};

/** The messages of an answer, of which a stream brings one after the other. */
async function* messagesOf(response) {
  let rest = "";
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    rest += piece;
    if (!isStream) continue;
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = /^data: ?(.*)$/m.exec(event)?.[1];
      if (data) yield JSON.parse(data);
    }
  }
  if (!isStream && rest !== "") yield JSON.parse(rest);
}

async function lastOf(response) {
  let last = {};
  for await (const message of messagesOf(response)) last = message;
  return last;
}

const textIn = ({ result, error }) => result?.content?.[0]?.text ?? JSON.stringify(error ?? result);

/**
 * Of a 2026-07-28 client: the question ends the request, and the answer comes with another one. Where that is refused,
 * the same answer goes to the hub that holds the call.
 */
async function modern(from, to, tool, word) {
  const ask = (hub, params) =>
    post(
      `${hub.url}/mcp`,
      "modern",
      { id: 1, method: "tools/call", params },
      { capabilities },
    ).then(lastOf);
  const call = { name: tool, arguments: { word } };
  const { result } = await ask(from, call);
  const [key] = Object.keys(result?.inputRequests ?? {});
  if (key === undefined) throw new Error(`it was not asked: ${JSON.stringify(result)}`);
  const answers = {
    ...call,
    requestState: result.requestState,
    inputResponses: { [key]: { action: "accept", content: { word } } },
  };
  const rest = await timed(() => ask(to, answers));
  if (rest.error === undefined) return { text: textIn(rest) };
  return { refused: rest.error, tookMs: rest.tookMs, text: textIn(await ask(from, answers)) };
}

/** Of a 2025 client: the answer is a message of its own, while the stream of the call stays open. */
async function legacy(from, to, tool, word) {
  const opened = await post(
    `${from.url}/mcp`,
    "legacy",
    { id: 0, method: "initialize", params: handshakeOf(capabilities) },
    {},
  );
  const session = opened.headers.get("mcp-session-id");
  await opened.text();
  const send = (hub, message) => post(`${hub.url}/mcp`, "legacy", message, { session });
  const ready = { method: "notifications/initialized" };
  await send(from, ready).then((response) => response.text());
  const params = { name: tool, arguments: { word } };
  const calling = await send(from, { id: 1, method: "tools/call", params });
  const result = { action: "accept", content: { word } };
  let refusal = {};
  for await (const message of messagesOf(calling)) {
    if (message.method === undefined) return { ...refusal, text: textIn(message) };
    if (message.method !== "elicitation/create") continue;
    const { id } = message;
    const answer = async (hub) => {
      const response = await send(hub, { id, result });
      const text = await response.text();
      return response.ok ? {} : JSON.parse(text);
    };
    const { error, tookMs } = await timed(() => answer(to));
    if (error === undefined) continue;
    refusal = { refused: error, tookMs };
    await answer(from);
  }
  return { ...refusal, text: "its stream ended without an answer" };
}

/** One call of a client of a revision, that a hub holds while it is answered at another one. Never rejects. */
export function heldCall(era, from, to, tool) {
  const word = randomUUID();
  return (era === "modern" ? modern : legacy)(from, to, tool, word).then(
    ({ text, ...refusal }) => ({ ...refusal, isWell: text === word, text }),
    (error) => ({ isWell: false, text: `it failed: ${error.cause ?? error}` }),
  );
}
