import {
  answersRequest,
  type Envelope,
  envelopeOf,
  isBatch,
  type JsonRpcId,
  type JsonRpcRequest,
  type Message,
  membersOf,
  memberText,
  parseMessage,
} from "@hub/mcp";
import { oneLine } from "./failures.js";
import type { Progress } from "./waiting-http.js";

/** More messages in one line are none that a client sends. */
const mostMembers = 1_000;

/** The id of a request, also as the client wrote it: a number may have more digits than are kept of it. */
export type WrittenId = { readonly id: JsonRpcId; readonly text: string };

/** One line of the client: a message, or a batch of them as only 2025-03-26 has it. */
export type ClientLine = {
  readonly text: string;
  readonly messages: readonly Message[];
  /** Of its requests, in their order. */
  readonly ids: readonly WrittenId[];
};

/** Reads a line; undefined for what is no JSON-RPC. */
export function readClientLine(text: string): ClientLine | undefined {
  const members = isBatch(text) ? membersOf(text, mostMembers) : [text];
  if (members === undefined || members.length === 0 || members.length > mostMembers)
    return undefined;
  const messages: Message[] = [];
  const ids: WrittenId[] = [];
  for (const member of members) {
    const message = parseMessage(member);
    if (message === undefined) return undefined;
    messages.push(message);
    if (message.kind !== "request") continue;
    const { id } = message.message;
    ids.push({ id, text: memberText(member, "id") ?? JSON.stringify(id) });
  }
  return { text, messages, ids };
}

/** Whether an id is all that was written. */
function isKept({ id, text }: WrittenId): boolean {
  return typeof id === "string" || String(id) === text;
}

/** An answer under another id. */
function withId(answer: string, id: string): string {
  for (const name of ["result", "error"]) {
    const value = memberText(answer, name);
    if (value !== undefined) return `{"jsonrpc":"2.0","id":${id},"${name}":${value}}`;
  }
  return answer;
}

/** What the hub sends, ready for the client. */
export type HubLine = { readonly text: string; readonly envelopes: readonly Envelope[] };

/** Reads a message of the hub, or a batch; undefined for what a client must not see. */
export function readHubLine(text: string): HubLine | undefined {
  const members = isBatch(text) ? membersOf(text) : [text];
  const envelopes = members?.map((member) => envelopeOf(member));
  if (envelopes === undefined || envelopes.length === 0) return undefined;
  const known = envelopes.filter((one) => one !== undefined);
  return known.length === envelopes.length ? { text: oneLine(text), envelopes: known } : undefined;
}

/** Requests of one line that wait for their answers. */
export class Carried implements Progress {
  readonly requests: readonly JsonRpcRequest[];
  readonly bytes: number;
  readonly ending = new AbortController();
  readonly since = performance.now();
  readonly #waiting: Set<WrittenId>;
  isSent = false;
  isCancelled = false;

  constructor({ text, messages, ids }: ClientLine) {
    this.requests = messages.flatMap((one) => (one.kind === "request" ? [one.message] : []));
    this.bytes = Buffer.byteLength(text);
    this.#waiting = new Set(ids);
  }

  /** The ids, as they are written. */
  get unanswered(): readonly string[] {
    return [...this.#waiting].map(({ text }) => text);
  }

  /** Whether it is one request, which still waits, and whose id is written so, or means the same. */
  isOnly(id: unknown, written: string | undefined): boolean {
    const [only] = this.#waiting;
    if (only === undefined || this.requests.length > 1) return false;
    return only.text === written || (only.id === id && isKept(only));
  }

  get isAnswered(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * Notes which requests a line answers. Gives it as the client needs it: an answer of a hub that could not
   * read the id, or not all its digits, gets the id of the one request that it can be about.
   */
  settle({ text, envelopes }: HubLine): string {
    const [id, ...others] = this.#waiting;
    const [envelope, ...more] = envelopes;
    if (id !== undefined && others.length === 0 && envelope !== undefined && more.length === 0) {
      const isNameless = envelope.error !== undefined && (envelope.id ?? null) === null;
      if (!isNameless && !answersRequest(envelope, id.id)) return text;
      this.#waiting.delete(id);
      return isNameless || !isKept(id) ? withId(text, id.text) : text;
    }
    for (const one of this.#waiting)
      if (envelopes.some((answer) => answersRequest(answer, one.id))) this.#waiting.delete(one);
    return text;
  }

  /** Every request got an answer of our own. */
  settleAll(): void {
    this.#waiting.clear();
  }
}
