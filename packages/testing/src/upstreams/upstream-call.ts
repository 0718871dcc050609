import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { sendJson } from "../http-server.js";
import type { Message, Params, Payload } from "../messages.js";

/** Thrown by a script to answer with an error. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** What a test lets a server do with one call: its result; nothing when the script has answered itself. */
export type Script = (call: UpstreamCall) => Promise<Payload | undefined> | Payload | undefined;

/** Asks the client of a 2025 session. */
export type Asker = (method: string, params: Payload, on: UpstreamCall) => Promise<Payload>;

/** One call as a scripted server sees it. */
export class UpstreamCall {
  readonly id: Message["id"];
  readonly method: string;
  readonly params: Params;
  readonly headers: IncomingHttpHeaders;
  readonly sessionId: string | undefined;
  readonly response: ServerResponse;
  readonly #asker: Asker | undefined;
  /** The connection was closed before the answer was complete. */
  isClosed = false;
  /** `notifications/cancelled` came. */
  isCancelled = false;

  constructor(
    message: Message,
    headers: IncomingHttpHeaders,
    response: ServerResponse,
    sessionId?: string,
    asker?: Asker,
  ) {
    this.id = message.id;
    this.method = message.method ?? "";
    this.params = message.params ?? {};
    this.headers = headers;
    this.response = response;
    this.sessionId = sessionId;
    this.#asker = asker;
    response.on("close", () => {
      if (!response.writableEnded) this.isClosed = true;
    });
  }

  get given(): Payload {
    return (this.params.arguments ?? {}) as Payload; // what the tests send
  }

  get name(): string {
    return String(this.params.name ?? this.params.uri ?? "");
  }

  send(message: Message, id?: string): void {
    if (!this.response.headersSent)
      this.response.writeHead(200, { "content-type": "text/event-stream" });
    const head = id === undefined ? "" : `id: ${id}\n`;
    this.response.write(`${head}data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
  }

  progress(progress: number, message = ""): void {
    const { progressToken } = this.params._meta ?? {};
    this.send({ method: "notifications/progress", params: { progressToken, progress, message } });
  }

  log(data: unknown, level = "info"): void {
    this.send({ method: "notifications/message", params: { level, logger: "test", data } });
  }

  /** A 2025 server asks its client, on the stream of this call. */
  ask(method: string, params: Payload = {}): Promise<Payload> {
    if (this.#asker === undefined) throw new Error("Only servers of 2025 ask");
    return this.#asker(method, params, this);
  }

  /** Answers, as JSON or as the last event of the stream. */
  answer(outcome: Pick<Message, "result" | "error">): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    const message = { id: this.id ?? null, ...outcome };
    if (this.response.headersSent) {
      this.send(message);
      this.response.end();
    } else sendJson(this.response, 200, { jsonrpc: "2.0", ...message });
  }

  /** Runs a script and answers with what it gives. */
  async run(script: Script): Promise<void> {
    try {
      const result = await script(this);
      if (result !== undefined) this.answer({ result });
    } catch (error) {
      const { code, message, data } =
        error instanceof RpcError ? error : new RpcError(-32_603, String(error));
      this.answer({ error: { code, message, ...(data === undefined ? {} : { data: { data } }) } });
    }
  }
}
