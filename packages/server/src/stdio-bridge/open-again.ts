import { Carried, readClientLine, readHubLine } from "./carried.js";
import {
  AnswerInvalid,
  isEventStream,
  readBody,
  readEvents,
  type StreamPosition,
} from "./read-answer.js";
import type { BridgeSession } from "./session.js";
import type { WaitingHttp } from "./waiting-http.js";

/**
 * Opens a client's session anew at the hub, which has forgotten it: with the client's own `initialize`, then
 * `initialized`, and what the client has set since. Rejects when the hub opens none.
 */
export async function openAgain(
  session: BridgeSession,
  http: WaitingHttp,
  signal: AbortSignal,
): Promise<void> {
  const answer = await http.post(session.initialize, {}, true, signal);
  const line = readClientLine(session.initialize);
  if (line === undefined || answer.statusCode !== 200) {
    answer.resume();
    throw new AnswerInvalid(`it opens no new session (HTTP status ${answer.statusCode})`);
  }
  session.takeId(answer);
  const carried = new Carried(line);
  const take = async (data: string) => {
    const answered = readHubLine(data);
    if (answered === undefined) throw new AnswerInvalid("it is no JSON-RPC message");
    const text = carried.settle(answered);
    if (carried.isAnswered) session.takeResult(text);
  };
  const position: StreamPosition = { lastEventId: undefined, retryMs: undefined };
  if (isEventStream(answer)) await readEvents(answer, position, take);
  else await take(await readBody(answer));
  if (session.initialized === undefined) return;
  for (const text of [session.initialized, ...session.settings.values()])
    await readBody(await http.post(text, session.headers, true, signal));
}
