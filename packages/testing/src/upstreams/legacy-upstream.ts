import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../http-server.js";
import { legacyVersion, type Message, type Payload } from "../messages.js";
import { Upstream, type UpstreamOptions } from "./upstream.js";
import { UpstreamCall } from "./upstream-call.js";

type Session = {
  readonly id: string;
  readonly client: string;
  readonly capabilities: Payload;
  stream: ServerResponse | undefined;
  readonly questions: Map<number, (answer: Message) => void>;
  lastQuestion: number;
  /** What a test's tool keeps for its client. */
  readonly memory: Map<string, unknown>;
  /** As its client set it last. */
  logLevel: unknown;
};

const hubName = "mcp-hub";

/** A server of 2025-11-25 with sessions. */
export class LegacyUpstream extends Upstream {
  readonly sessions = new Map<string, Session>();
  /** Sessions that were ended by DELETE. */
  readonly deleted: string[] = [];
  /** "subscribe uri" and "unsubscribe uri", in order. */
  readonly subscriptions: string[] = [];
  /** How it refuses a session it does not know. */
  refusal: { readonly status: number; readonly code: number } = { status: 404, code: -32_001 };

  /** What it agrees on, whatever it is asked for. */
  agreesOn = legacyVersion;

  /** Every call finds its session gone. */
  forgetsCalls = false;

  static start(options: UpstreamOptions = {}): Promise<LegacyUpstream> {
    return new LegacyUpstream(options).start();
  }

  /** Sessions that serve a client; the hub has some on its own account. */
  get clientSessions(): Session[] {
    return [...this.sessions.values()].filter(({ client }) => client !== hubName);
  }

  /** Forgets every session, as a restart does. */
  forget(): void {
    for (const { stream } of this.sessions.values()) stream?.destroy();
    this.sessions.clear();
  }

  announce(method: string, params: Payload = {}): void {
    for (const { stream } of this.sessions.values())
      stream?.write(`data: ${JSON.stringify({ jsonrpc: "2.0", method, params })}\n\n`);
  }

  handleOther(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#sessionOf(request);
    if (session === undefined) {
      this.#refuse(request, response);
      return;
    }
    if (request.method === "DELETE") {
      session.stream?.end();
      this.sessions.delete(session.id);
      this.deleted.push(session.id);
      response.writeHead(200).end();
      return;
    }
    session.stream = response;
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  }

  handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    if (message.method === "initialize") {
      this.#initialize(message, response);
      return;
    }
    const session = this.#sessionOf(request);
    const isForgotten = this.forgetsCalls && message.method === "tools/call";
    if (session === undefined || isForgotten) {
      this.#refuse(request, response);
      return;
    }
    if (message.id === undefined) {
      if (message.method === "notifications/cancelled") this.#cancel(session, message);
      response.writeHead(202).end();
      return;
    }
    if (message.method === undefined) {
      session.questions.get(Number(message.id))?.(message);
      session.questions.delete(Number(message.id));
      response.writeHead(202).end();
      return;
    }
    const call = new UpstreamCall(message, request.headers, response, session.id, (...asked) =>
      ask(session, ...asked),
    );
    if (this.serve(call, {})) return;
    if (message.method === "logging/setLevel") session.logLevel = message.params?.level;
    if (message.method === "resources/subscribe" || message.method === "resources/unsubscribe")
      this.subscriptions.push(`${message.method.slice(10)} ${String(message.params?.uri)}`);
    call.answer({ result: {} });
  }

  #initialize(message: Message, response: ServerResponse): void {
    const id = randomUUID();
    const { clientInfo, capabilities = {} } = message.params ?? {};
    this.sessions.set(id, {
      id,
      client: String((clientInfo as Payload).name), // every client of ours has one
      capabilities: capabilities as Payload, // likewise
      stream: undefined,
      questions: new Map(),
      lastQuestion: 0,
      memory: new Map(),
      logLevel: undefined,
    });
    const result = {
      protocolVersion: this.agreesOn,
      capabilities: this.offer.capabilities,
      serverInfo: { name: this.name, version: "1" },
      instructions: this.offer.instructions,
    };
    const body = { jsonrpc: "2.0", id: message.id, result };
    sendJson(response, 200, body, { "mcp-session-id": id });
  }

  #sessionOf(request: IncomingMessage): Session | undefined {
    return this.sessions.get(String(request.headers["mcp-session-id"]));
  }

  #refuse(request: IncomingMessage, response: ServerResponse): void {
    const isMissing = request.headers["mcp-session-id"] === undefined;
    const { status, code } = isMissing ? { status: 400, code: -32_000 } : this.refusal;
    const error = { code, message: "Bad Request: No valid session ID provided" };
    sendJson(response, status, { jsonrpc: "2.0", id: null, error });
  }

  #cancel(session: Session, { params }: Message): void {
    for (const call of this.calls)
      if (call.sessionId === session.id && call.id === params?.requestId) call.isCancelled = true;
  }
}

/** Ids begin at 1 in each session, so that those of different sessions are alike. */
export function ask(
  session: Pick<Session, "questions" | "lastQuestion">,
  method: string,
  params: Payload,
  on: UpstreamCall,
): Promise<Payload> {
  session.lastQuestion += 1;
  const id = session.lastQuestion;
  return new Promise((resolve, reject) => {
    session.questions.set(id, ({ result, error }) => {
      if (result === undefined) reject(new Error(error?.message));
      else resolve(result);
    });
    on.send({ id, method, params });
  });
}
