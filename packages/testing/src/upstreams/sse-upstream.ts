import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Message, Payload } from "../messages.js";
import { ask } from "./legacy-upstream.js";
import { Upstream, type UpstreamOptions } from "./upstream.js";
import { UpstreamCall } from "./upstream-call.js";

type Session = {
  readonly id: string;
  readonly stream: ServerResponse;
  client: string;
  capabilities: Payload;
  readonly questions: Map<number, (answer: Message) => void>;
  lastQuestion: number;
};

const hubName = "mcp-hub";

/** A call whose answer goes out on the stream of its session, as everything does. */
class SseCall extends UpstreamCall {
  override send(message: Message): void {
    if (this.response.destroyed) return;
    const data = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.response.write(`event: message\ndata: ${data}\n\n`);
  }

  override answer(outcome: Pick<Message, "result" | "error">): void {
    this.send({ id: this.id ?? null, ...outcome });
  }
}

/** A server of 2024-11-05: one stream by GET brings everything, and each POST is answered 202. */
export class SseUpstream extends Upstream {
  readonly sessions = new Map<string, Session>();
  /** Where the first event of a stream says that messages go to. */
  addressOf = (sessionId: string): string => `/messages?session=${sessionId}`;

  static start(options: UpstreamOptions = {}): Promise<SseUpstream> {
    return new SseUpstream(options).start();
  }

  /** Sessions that serve a client; the hub has some on its own account. */
  get clientSessions(): Session[] {
    return [...this.sessions.values()].filter(
      ({ client }) => client !== hubName && client !== "nobody yet",
    );
  }

  /** Breaks the streams of all clients. */
  breakStreams(): void {
    for (const { stream } of this.clientSessions) stream.destroy();
  }

  announce(method: string, params: Payload = {}): void {
    const data = JSON.stringify({ jsonrpc: "2.0", method, params });
    for (const { stream } of this.sessions.values())
      stream.write(`event: message\ndata: ${data}\n\n`);
  }

  handleOther(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== "GET") {
      response.writeHead(405, { allow: "GET" }).end();
      return;
    }
    const id = randomUUID();
    this.sessions.set(id, {
      id,
      stream: response,
      client: "nobody yet",
      capabilities: {},
      questions: new Map(),
      lastQuestion: 0,
    });
    response.on("close", () => this.sessions.delete(id));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: endpoint\ndata: ${this.addressOf(id)}\n\n`);
  }

  handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    const { searchParams } = new URL(request.url ?? "", "http://server");
    const session = this.sessions.get(searchParams.get("session") ?? "");
    if (session === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(202).end("Accepted");
    if (message.method === undefined) {
      session.questions.get(Number(message.id))?.(message);
      session.questions.delete(Number(message.id));
      return;
    }
    if (message.id === undefined) {
      if (message.method === "notifications/cancelled") this.#cancel(session, message);
      return;
    }
    const call = new SseCall(message, request.headers, session.stream, session.id, (...asked) =>
      ask(session, ...asked),
    );
    if (message.method === "initialize") call.answer({ result: this.#greet(session, message) });
    else if (!this.serve(call, {})) call.answer({ result: {} });
  }

  #greet(session: Session, { params }: Message): Payload {
    const { clientInfo, capabilities = {} } = params ?? {};
    session.client = String((clientInfo as Payload).name); // every client of ours has one
    session.capabilities = capabilities as Payload; // likewise
    return {
      protocolVersion: "2024-11-05",
      capabilities: this.offer.capabilities,
      serverInfo: { name: this.name, version: "1" },
    };
  }

  #cancel(session: Session, { params }: Message): void {
    for (const call of this.calls)
      if (call.sessionId === session.id && call.id === params?.requestId) call.isCancelled = true;
  }
}
