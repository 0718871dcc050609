/** One JSON-RPC message of a call, as it went over the wire. */
export type LoggedMessage = {
  /** Tells it from the others of its call. */
  readonly number: number;
  readonly is: "sent" | "received";
  /** As it was, or its beginning. Never a header: what says who asks is in those. */
  readonly text: string;
  /** How long it was, in characters. */
  readonly length: number;
};

/** The last messages of a call. */
export type MessageLog = {
  readonly messages: readonly LoggedMessage[];
  /** How many there were, with those that are not kept. */
  readonly count: number;
};

export const noMessages: MessageLog = { messages: [], count: 0 };

const mostMessages = 100;
const mostOfOne = 128 * 1024;
/** Of all that are kept, in characters. */
const mostOfAll = 1024 * 1024;

/** The log with one message more. A long one is kept in part, and the oldest go where there are too many. */
export function withMessage(
  log: MessageLog,
  { is, text }: Pick<LoggedMessage, "is" | "text">,
): MessageLog {
  const count = log.count + 1;
  // A copy: a part of a text that is cut out of it keeps the whole of it in memory.
  const shown = text.length > mostOfOne ? structuredClone(text.slice(0, mostOfOne)) : text;
  const added = { number: count, is, text: shown, length: text.length };
  const kept: LoggedMessage[] = [];
  let size = 0;
  for (const message of [added, ...log.messages.toReversed()]) {
    size += message.text.length;
    if (size > mostOfAll || kept.length === mostMessages) break;
    kept.push(message);
  }
  return { messages: kept.reverse(), count };
}

/** A message in lines where that loses nothing of it, such as a number beyond what JavaScript can hold; else as it was. */
export function inLines({ text, length }: LoggedMessage): string {
  if (text.length < length) return text;
  try {
    const value: unknown = JSON.parse(text);
    if (JSON.stringify(value) !== text.trim()) return text;
    const lines = JSON.stringify(value, null, 2);
    // What is nested deeply is indented by far more than it is long.
    return lines.length > mostOfAll ? text : lines;
  } catch {
    return text;
  }
}
