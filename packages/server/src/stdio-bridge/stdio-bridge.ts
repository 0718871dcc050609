import type { IncomingMessage } from "node:http";
import {
  codes,
  eraOf,
  errorText,
  type JsonRpcNotification,
  type JsonRpcRequest,
  memberAt,
} from "@hub/mcp";
import { Carried, type ClientLine, readClientLine, readHubLine } from "./carried.js";
import { errorLine, failureOf, refusalText, tooMuchWaits } from "./failures.js";
import { ConnectionLost, HubHttp } from "./hub-http.js";
import { keepListening } from "./listen.js";
import { ModernHeaders } from "./modern-headers.js";
import { openAgain } from "./open-again.js";
import { pause } from "./pause.js";
import {
  AnswerInvalid,
  isEventStream,
  readBody,
  readEvents,
  type StreamPosition,
} from "./read-answer.js";
import { BridgeSession, noteSetting } from "./session.js";
import type { TokenSource } from "./token-file.js";
import { progressSince, WaitingHttp } from "./waiting-http.js";

/** What may wait for the hub at a time. */
const mostWaiting = 1_000;
const mostWaitingBytes = 64 * 1024 * 1024;
/** The longest explanation that is read of a refusal, in bytes. */
const mostRefusalBytes = 1024 * 1024;
/** How often a stream that broke is resumed without anything new coming. */
const mostResumes = 3;

export interface StdioBridgeOptions {
  /** The endpoint of the hub. */
  readonly url: URL;
  /** Sent to this endpoint only. Default: none is sent. */
  readonly token?: TokenSource | undefined;
  /** How long a request waits for a hub that is not reached, in milliseconds. */
  readonly waitMs: number;
  /** Writes one line for the client. Resolves when there is room for more. */
  write(line: string): Promise<void>;
  /** Says something to people, in one line. */
  note(text: string): void;
}

/**
 * Carries JSON-RPC between a client on stdio and an endpoint of a hub, in both eras as they come: bodies are
 * passed on as they were written, and only what HTTP needs beside them is made here. Never throws.
 */
export class StdioBridge {
  readonly #options: StdioBridgeOptions;
  readonly #http: HubHttp;
  readonly #waitingHttp: WaitingHttp;
  readonly #modern = new ModernHeaders();
  readonly #waiting = new Set<Carried>();
  readonly #ending = new AbortController();
  #session: BridgeSession | undefined;
  #listening: AbortController | undefined;
  #reopening: Promise<void> | undefined;
  /** What must have arrived before the next message is sent. */
  #before: Promise<void> = Promise.resolve();

  constructor(options: StdioBridgeOptions) {
    this.#options = options;
    const { url, token, waitMs } = options;
    this.#http = new HubHttp(url, token ?? (() => undefined));
    this.#waitingHttp = new WaitingHttp({ http: this.#http, waitMs, note: options.note });
  }

  /** Whether no request waits for its answer. */
  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  /** Takes one line of the client. */
  receive(text: string): void {
    if (text.trim() === "") return;
    const line = readClientLine(text);
    if (line === undefined) {
      const message = "Expected one JSON-RPC message of MCP on each line";
      void this.#write(errorText(null, { code: codes.parseError, message }));
      return;
    }
    const [first] = line.messages;
    if (line.messages.some(({ kind }) => kind === "request")) this.#request(line);
    else if (first?.kind === "notification") this.#notify(first.message, line);
    else {
      const since = performance.now();
      void this.#before.then(() => this.#tell(line, since));
    }
  }

  /** A line was longer than any that is taken. */
  refuseLine(beginning: string, mostBytes: number): void {
    const id = /"id"\s*:\s*("(?:[^"\\]|\\.){0,100}"|-?\d{1,20})/.exec(beginning)?.[1] ?? "null";
    const message = `The message has more than ${mostBytes} bytes. It did not run.`;
    const error = JSON.stringify({ code: codes.invalidRequest, message });
    void this.#write(`{"jsonrpc":"2.0","id":${id},"error":${error}}`);
  }

  /** Ends everything, and the session at the hub. Takes at most `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.#ending.abort();
    this.#listening?.abort();
    for (const { ending } of this.#waiting) ending.abort();
    const session = this.#session;
    if (session?.id !== undefined) {
      const signal = AbortSignal.timeout(withinMs);
      const headers = session.headers;
      const request = { method: "DELETE", headers, isRepeatable: true, signal } as const;
      await this.#http.send(request).then(
        (answer) => answer.resume(),
        () => undefined,
      );
    }
    this.#http.close();
  }

  #request(line: ClientLine): void {
    const carried = new Carried(line);
    const bytes = [...this.#waiting].reduce((sum, one) => sum + one.bytes, carried.bytes);
    if (this.#waiting.size >= mostWaiting || bytes > mostWaitingBytes) {
      for (const id of carried.unanswered) void this.#write(errorLine(id, tooMuchWaits));
      return;
    }
    this.#waiting.add(carried);
    const run = this.#before.then(() => this.#answer(line, carried));
    // Nothing can be sent before the session is there.
    if (carried.requests.some(({ method }) => method === "initialize")) this.#before = run;
  }

  async #answer(line: ClientLine, carried: Carried): Promise<void> {
    try {
      if (!carried.isCancelled) await this.#carry(line, carried);
      if (!carried.isAnswered) throw new ConnectionLost("it ended without an answer");
    } catch (error) {
      if (carried.isCancelled || this.#ending.signal.aborted) return;
      const { url, waitMs } = this.#options;
      const failure = failureOf(error, url.href, waitMs);
      for (const id of carried.unanswered) await this.#write(errorLine(id, failure));
    } finally {
      this.#waiting.delete(carried);
    }
  }

  /** A notification is there before what follows it: `initialized` before the first call. */
  #notify(message: JsonRpcNotification, line: ClientLine): void {
    if (message.method === "notifications/cancelled" && this.#cancel(message, line.text)) return;
    const since = performance.now();
    this.#before = this.#before.then(async () => {
      const isDone = await this.#tell(line, since);
      if (message.method !== "notifications/initialized" || this.#session === undefined) return;
      this.#session.initialized = line.text;
      if (isDone) this.#listen(this.#session);
    });
  }

  /** Whether nobody else need hear of it: what never went out, and what HTTP ends with its connection. */
  #cancel({ params }: JsonRpcNotification, text: string): boolean {
    const written = memberAt(text, ["params", "requestId"]);
    const carried = [...this.#waiting].find((one) => one.isOnly(params?.requestId, written));
    const [request] = carried?.requests ?? [];
    if (carried === undefined || request === undefined) return this.#session === undefined;
    carried.isCancelled = true;
    const isLegacy = eraOf(request.method, request.params, undefined) === "legacy";
    if (isLegacy && carried.isSent) return false;
    carried.ending.abort();
    return true;
  }

  async #carry(line: ClientLine, carried: Carried): Promise<void> {
    const [request] = carried.requests;
    if (request === undefined) return;
    const isOpening = request.method === "initialize";
    const isModern = eraOf(request.method, request.params, undefined) === "modern";
    if (isOpening) this.#begin(new BridgeSession(line.text));
    const session = isModern ? undefined : this.#session;
    if (session !== undefined) await this.#opened();
    const isRepeatable = carried.requests.every(({ method }) => method !== "tools/call");
    const usedId = session?.id;
    const headers = isModern ? this.#modern.of(request, line.text) : (session?.headers ?? {});
    const { signal } = carried.ending;
    let answer = await this.#waitingHttp.post(line.text, headers, isRepeatable, signal, carried);
    if (answer.statusCode === 404 && session !== undefined && usedId !== undefined) {
      answer.resume();
      await this.#reopen(session, usedId);
      carried.isSent = false;
      if (carried.isCancelled) return;
      const again = session.headers;
      answer = await this.#waitingHttp.post(line.text, again, isRepeatable, signal, carried);
    }
    if (isOpening) session?.takeId(answer);
    await this.#take(answer, carried, session, request);
    if (carried.isAnswered && session !== undefined && !isOpening)
      noteSetting(session, request.method, request.params?.uri, line.text);
  }

  async #take(
    answer: IncomingMessage,
    carried: Carried,
    session: BridgeSession | undefined,
    request: JsonRpcRequest,
  ): Promise<void> {
    const { statusCode = 0 } = answer;
    const take = (data: string) => this.#deliver(data, carried, session, request);
    if (statusCode >= 200 && statusCode < 300) {
      if (!isEventStream(answer)) {
        const body = await readBody(answer);
        if (body.trim() !== "") await take(body);
        return;
      }
      const position: StreamPosition = { lastEventId: undefined, retryMs: undefined };
      try {
        await readEvents(answer, position, take);
      } catch (error) {
        if (!(error instanceof ConnectionLost) || position.lastEventId === undefined) throw error;
      }
      await this.#resume(position, carried, session, take);
      return;
    }
    const body = await readBody(answer, mostRefusalBytes);
    for (const id of carried.unanswered)
      await this.#write(refusalText(answer, body, id, this.#options.url.href));
    carried.settleAll();
  }

  /** Goes on with a stream of 2025 that ended before its answer, where the hub keeps what it sent. */
  async #resume(
    position: StreamPosition,
    carried: Carried,
    session: BridgeSession | undefined,
    take: (data: string) => Promise<void>,
  ): Promise<void> {
    let last: string | undefined;
    for (let left = mostResumes; left > 0 && !carried.isAnswered; left -= 1) {
      const { lastEventId } = position;
      if (session?.id === undefined || lastEventId === undefined) return;
      if (lastEventId !== last) left = mostResumes;
      last = lastEventId;
      const { signal } = carried.ending;
      await pause(position.retryMs ?? 500, signal);
      const headers = { ...session.headers, "last-event-id": lastEventId };
      const answer = await this.#waitingHttp.get(headers, signal);
      if (answer.statusCode !== 200 || !isEventStream(answer)) {
        answer.resume();
        return;
      }
      await readEvents(answer, position, take).catch((error: unknown) => {
        if (!(error instanceof ConnectionLost)) throw error;
      });
    }
  }

  async #deliver(
    data: string,
    carried: Carried | undefined,
    session: BridgeSession | undefined,
    request: JsonRpcRequest | undefined,
  ): Promise<void> {
    const line = readHubLine(data);
    if (line === undefined) {
      if (carried !== undefined) throw new AnswerInvalid("it is no JSON-RPC message");
      this.#options.note("the hub sent something that is no JSON-RPC message; it was left out");
      return;
    }
    const wasAnswered = carried?.isAnswered ?? true;
    const text = carried?.settle(line) ?? line.text;
    if (!wasAnswered && carried?.isAnswered && line.envelopes[0]?.error === undefined) {
      if (request?.method === "initialize") session?.takeResult(text);
      if (request?.method === "tools/list") this.#modern.learn(text);
    }
    // What a client has cancelled it does not want to hear of.
    if (!(carried?.isCancelled && !wasAnswered && carried.isAnswered)) await this.#write(text);
  }

  #begin(session: BridgeSession): void {
    this.#listening?.abort();
    this.#listening = undefined;
    this.#session = session;
  }

  #listen(session: BridgeSession): void {
    if (session !== this.#session || session.id === undefined) return;
    this.#listening?.abort();
    const listening = new AbortController();
    this.#listening = listening;
    const lostId = session.id;
    void keepListening({
      http: this.#http,
      session,
      signal: listening.signal,
      take: (data) => this.#deliver(data, undefined, undefined, undefined),
      onLost: () => void this.#reopen(session, lostId).catch(() => undefined),
    });
  }

  /** Opens the session of a client anew, once for all who miss it. */
  async #reopen(session: BridgeSession, lostId: string): Promise<void> {
    if (session.id === lostId)
      this.#reopening ??= this.#openAgain(session).finally(() => {
        this.#reopening = undefined;
      });
    await this.#reopening;
  }

  /** Nothing is sent in a session that is being opened again before the hub has been told all of it. */
  async #opened(): Promise<void> {
    // Whoever opens it says what went wrong.
    await this.#reopening?.catch(() => undefined);
  }

  async #openAgain(session: BridgeSession): Promise<void> {
    this.#options.note("the hub does not know the session any more; it is opened again");
    await openAgain(session, this.#waitingHttp, this.#ending.signal);
    if (session.initialized === undefined) return;
    this.#listen(session);
    for (const text of session.listsMayHaveChanged) await this.#write(text);
  }

  /** Sends what has no answer. Whether it arrived. */
  async #tell({ text }: ClientLine, since: number): Promise<boolean> {
    const { signal } = this.#ending;
    try {
      const session = this.#session;
      await this.#opened();
      const usedId = session?.id;
      const headers = session?.headers ?? {};
      const progress = progressSince(since);
      let answer = await this.#waitingHttp.post(text, headers, false, signal, progress);
      if (answer.statusCode === 404 && session !== undefined && usedId !== undefined) {
        answer.resume();
        await this.#reopen(session, usedId);
        answer = await this.#waitingHttp.post(text, session.headers, false, signal);
      }
      await readBody(answer, mostRefusalBytes);
      return (answer.statusCode ?? 0) < 300;
    } catch (error) {
      if (!signal.aborted)
        this.#options.note(
          `a message of the client did not reach the hub: ${error instanceof Error ? error.message : error}`,
        );
      return false;
    }
  }

  async #write(line: string): Promise<void> {
    if (!this.#ending.signal.aborted) await this.#options.write(line);
  }
}
