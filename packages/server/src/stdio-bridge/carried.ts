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

/** More messages in one line are none that a client sends. */
const mostMembers = 1_000;

/** One line of the client: a message, or a batch of them as only 2025-03-26 has it. */
export type ClientLine = {
  readonly text: string;
  readonly messages: readonly Message[];
};

/** Reads a line; undefined for what is no JSON-RPC. */
export function readClientLine(text: string): ClientLine | undefined {
  const members = isBatch(text) ? membersOf(text, mostMembers) : [text];
  if (members === undefined || members.length === 0 || members.length > mostMembers)
    return undefined;
  const messages: Message[] = [];
  for (const member of members) {
    const message = parseMessage(member);
    if (message === undefined) return undefined;
    messages.push(message);
  }
  return { text, messages };
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
export class Carried {
  readonly requests: readonly JsonRpcRequest[];
  readonly bytes: number;
  readonly ending = new AbortController();
  /** When the client sent it, by `performance.now()`. */
  readonly since = performance.now();
  readonly #waiting: Set<JsonRpcId>;
  /** The client wants no answer any more. */
  isCancelled = false;

  constructor({ text, messages }: ClientLine) {
    this.requests = messages.flatMap((one) => (one.kind === "request" ? [one.message] : []));
    this.bytes = Buffer.byteLength(text);
    this.#waiting = new Set(this.requests.map(({ id }) => id));
  }

  get unanswered(): readonly JsonRpcId[] {
    return [...this.#waiting];
  }

  get isAnswered(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * Notes which requests a line answers. Gives it as the client needs it: an error of a hub that could not
   * read the id gets the id of the one request that it can be about.
   */
  settle({ text, envelopes }: HubLine): string {
    const [only] = envelopes;
    const [id, ...others] = this.#waiting;
    if (
      envelopes.length === 1 &&
      only?.error !== undefined &&
      (only.id === null || only.id === undefined)
    ) {
      const error = memberText(text, "error");
      if (id === undefined || others.length > 0 || error === undefined) return text;
      this.#waiting.delete(id);
      return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${error}}`;
    }
    for (const one of this.#waiting)
      if (envelopes.some((envelope) => answersRequest(envelope, one))) this.#waiting.delete(one);
    return text;
  }

  /** Every request got an answer of our own. */
  settleAll(): void {
    this.#waiting.clear();
  }
}
