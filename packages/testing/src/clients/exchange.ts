import { Agent, type IncomingHttpHeaders, request } from "node:http";
import type { Message } from "../messages.js";

const agent = new Agent({ keepAlive: false });

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Every message of the body, in order. */
  readonly messages: readonly Message[];
  /** The response among them. */
  readonly response: Message;
  readonly isBroken: boolean;
};

/** One HTTP request of a client, and all that comes back, in order. */
export class Exchange {
  readonly messages: Message[] = [];
  /** Ids of events, in order. */
  readonly eventIds: string[] = [];
  /** The head came. */
  readonly opened: Promise<number>;
  /** The body ended, or broke off. */
  readonly done: Promise<Answer>;
  readonly #abort: () => void;
  readonly #pause: () => void;

  constructor(
    url: string,
    options: {
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Buffer | undefined;
      readonly onMessage?: (message: Message, exchange: Exchange) => void;
      readonly localAddress?: string | undefined;
    },
  ) {
    const { method = "POST", headers = {}, body, onMessage } = options;
    const sent = request(url, {
      method,
      agent,
      localAddress: options.localAddress,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
      },
    });
    this.#abort = () => sent.destroy();
    let isPaused = false;
    this.#pause = () => {
      isPaused = true;
    };
    let opened = (_: number) => {};
    this.opened = new Promise((resolve) => {
      opened = resolve;
    });
    this.done = new Promise((resolve, reject) => {
      sent.on("error", reject);
      sent.on("response", (response) => {
        const status = response.statusCode ?? 0;
        opened(status);
        if (isPaused) {
          response.on("error", () => undefined).on("close", () => reject(new Error("never read")));
          return;
        }
        const isStream = response.headers["content-type"]?.startsWith("text/event-stream") === true;
        const pieces: string[] = [];
        /** What of a stream is no whole event yet. */
        let rest = "";
        let wasLineEnd = false;
        const take = (data: string) => {
          const message = read(data);
          // Some servers of these tests send what nobody can read.
          if (message === undefined) return;
          this.messages.push(message);
          onMessage?.(message, this);
        };
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          pieces.push(chunk);
          if (!isStream) return;
          // To look through all that came with every piece of it would cost the square of its length.
          const mayEnd = chunk.includes("\n\n") || (chunk.startsWith("\n") && wasLineEnd);
          rest += chunk;
          wasLineEnd = chunk.endsWith("\n");
          if (!mayEnd) return;
          const events = rest.split("\n\n");
          rest = events.pop() ?? "";
          for (const event of events) this.#event(event, take);
        });
        const end = (isBroken: boolean) => {
          const text = pieces.join("");
          if (!isStream && !isBroken && text !== "") take(text);
          const answer = this.messages.find(({ result, error }) => (result ?? error) !== undefined);
          resolve({
            status,
            headers: response.headers,
            text,
            messages: this.messages,
            response: answer ?? {},
            isBroken,
          });
        };
        response.on("error", () => undefined);
        response.on("close", () => end(!response.complete));
      });
    });
    // Who closes an exchange does not wait for its end.
    this.done.catch(() => undefined);
    sent.end(body);
  }

  /** Closes the connection. */
  close(): void {
    this.#abort();
  }

  /** Reads nothing of the answer, ever. To be called at once. */
  pause(): void {
    this.#pause();
  }

  /** The messages with a method, in order. */
  named(method: string): Message[] {
    return this.messages.filter((message) => message.method === method);
  }

  #event(block: string, take: (data: string) => void): void {
    const data: string[] = [];
    for (const line of block.split("\n")) {
      if (line.startsWith("data: ")) data.push(line.slice(6));
      else if (line.startsWith("id: ")) this.eventIds.push(line.slice(4));
    }
    const text = data.join("\n");
    if (text !== "") take(text);
  }
}

function read(text: string): Message | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
