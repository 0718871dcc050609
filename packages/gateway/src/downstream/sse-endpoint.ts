import { randomBytes } from "node:crypto";
import { codes, errorText, type JsonRpcId } from "@hub/mcp";
import { failureError } from "../errors.js";
import { HttpReply } from "../reply/http-reply.js";
import { PartReply, type SharedAnswer, textOf } from "../reply/part-reply.js";
import type { Reply } from "../reply/reply.js";
import { takeStreamPlace } from "../reply/stream-place.js";
import { takesStream } from "../reply/takes-stream.js";
import type { ClientSession } from "../session/client-session.js";
import { faultOf } from "../upstream/call-failures.js";
import type { GatewayContext } from "../upstream/context.js";
import type { Received } from "../wire/read-message.js";
import type { Incoming } from "./incoming.js";
import type { LegacyEndpoint } from "./legacy-endpoint.js";
import { eraOfMessage } from "./message-era.js";

/** The parameter of a URL that names the stream which a message belongs to. */
const parameter = "sessionId";

/** A client of HTTP+SSE: everything it gets comes on one stream. */
type Connection = {
  readonly reply: Reply;
  readonly shared: SharedAnswer;
  /** Of the URL that it was opened at: see `Selection`. */
  readonly endpoint: string;
  /** The id of whose it is. */
  readonly principalId: string;
  session: ClientSession | undefined;
  /** Answers that are not over. */
  open: number;
};

/** Takes the name of the stream out of a query, which is the client's own but for that. */
export function streamIn(query: string): { readonly query: string; readonly stream?: string } {
  if (!query.includes(parameter)) return { query };
  const parameters = new URLSearchParams(query);
  const stream = parameters.get(parameter);
  parameters.delete(parameter);
  return { query: parameters.toString(), ...(stream === null ? {} : { stream }) };
}

/**
 * Serves clients of HTTP+SSE (2024-11-05): a GET opens the stream, whose first event says where messages are
 * posted. Behind it is a session as at `/mcp`, which ends with the stream and so is not kept beyond it.
 */
export class SseEndpoint {
  readonly #context: GatewayContext;
  readonly #legacy: LegacyEndpoint;
  readonly #connections = new Map<string, Connection>();
  #isDraining = false;

  constructor(context: GatewayContext, legacy: LegacyEndpoint) {
    this.#context = context;
    this.#legacy = legacy;
  }

  /** GET. `path` and `query` are those of its URL. */
  open(incoming: Incoming, path: string, query: string): void {
    const { request, response, selection } = incoming;
    const reply = new HttpReply(incoming, this.#context);
    if (!takesStream(request.headers)) {
      reply.message(refusal("GET must accept text/event-stream"), 406);
      return;
    }
    const refused = takeStreamPlace(this.#context, incoming, null);
    if (refused !== undefined) {
      reply.message(refused.text, refused.status, refused.headers);
      return;
    }
    const stream = randomBytes(18).toString("base64url");
    const shared: SharedAnswer = {
      whole: reply,
      openStream: () => undefined,
      // Nobody can go on with this stream, so that ids would promise too much.
      event: ({ data }) => reply.event({ data }),
      answer: (answer) => void reply.event({ data: textOf(answer) }),
      over: () => {
        connection.open -= 1;
        if (this.#isDraining) this.#end(connection);
      },
    };
    const connection: Connection = {
      reply,
      shared,
      endpoint: selection.endpoint,
      principalId: incoming.principal.id,
      session: undefined,
      open: 0,
    };
    this.#connections.set(stream, connection);
    response.once("close", () => {
      this.#connections.delete(stream);
      if (connection.session !== undefined) void this.#legacy.sessions.end(connection.session);
    });
    const own = `${parameter}=${stream}`;
    const target = `${path}?${query === "" ? own : `${query}&${own}`}`;
    reply.event({ event: "endpoint", data: target });
  }

  /** POST of one message: taken at once, and answered on the stream. */
  take(received: Received, incoming: Incoming, stream: string): void {
    const { principal, selection } = incoming;
    const { parsed } = received;
    const posted = new HttpReply(incoming, this.#context);
    const connection = this.#connections.get(stream);
    // It belongs to the URL it was opened at, and to who opened it.
    const isOwn =
      connection?.endpoint === selection.endpoint && connection.principalId === principal.id;
    if (connection === undefined || !isOwn) {
      posted.message(errorText(null, sessionNotFound), 404);
      return;
    }
    if (eraOfMessage(parsed, incoming) !== "legacy") {
      posted.message(refusal("HTTP+SSE is for clients of the 2025 revisions"), 400);
      return;
    }
    posted.empty(202);
    if (parsed.kind === "request") connection.open += 1;
    const reply = new PartReply(connection.shared, posted);
    const id = parsed.kind === "request" ? parsed.message.id : null;
    const own = { ...incoming, onFault: this.#faultTold(reply, id) };
    const { session } = connection;
    if (parsed.kind === "request" && parsed.message.method === "initialize")
      this.#legacy.initialize(parsed.message, own, reply, {
        isKept: false,
        onOpened: (opened) => this.#opened(connection, opened),
      });
    else if (session !== undefined) {
      session.use();
      void this.#legacy.take(session, received, own, reply);
    } else if (parsed.kind === "request")
      reply.message(
        errorText(id, {
          code: codes.badRequest,
          message: "Not initialized: send initialize first",
        }),
      );
  }

  /** Takes leave of clients: of those that wait for answers, when they have them. */
  drain(): void {
    this.#isDraining = true;
    for (const connection of this.#connections.values()) this.#end(connection);
  }

  #end({ open, reply }: Connection): void {
    if (open === 0) reply.end();
  }

  #opened(connection: Connection, session: ClientSession): void {
    const before = connection.session;
    connection.session = session;
    if (before !== undefined) void this.#legacy.sessions.end(before);
    if (!connection.reply.isOpen) {
      void this.#legacy.sessions.end(session);
      return;
    }
    // What belongs to no call comes on the same stream.
    session.addStream(new PartReply({ ...connection.shared, over: () => undefined }));
  }

  #faultTold(reply: PartReply, id: JsonRpcId | null) {
    return (error: unknown) =>
      reply.message(errorText(id, failureError(faultOf(this.#context, error))));
  }
}

const sessionNotFound = {
  code: codes.sessionNotFound,
  message: "Session not found: open the stream again",
};

function refusal(message: string): string {
  return errorText(null, { code: codes.badRequest, message });
}
