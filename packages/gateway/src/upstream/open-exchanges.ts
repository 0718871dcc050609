import type { UpstreamExchange, UpstreamFailure } from "@hub/core/upstream";
import type { Answering, Headers, StreamEvent } from "@hub/mcp";
import type { Start } from "./brief-exchange.js";
import type { Framing, MessageReceiver } from "./exchange.js";
import type { Passage } from "./long-answer.js";

/** The exchanges of one link that are not over, so that they can fail together. */
export class OpenExchanges {
  readonly #open = new Set<OpenExchange>();

  start(start: Start, receiver: MessageReceiver): UpstreamExchange {
    const exchange = new OpenExchange(receiver, (over) => this.#open.delete(over));
    this.#open.add(exchange);
    exchange.handle = start(exchange);
    return exchange;
  }

  /** Ends them all; their receivers hear why. */
  fail(failure: UpstreamFailure): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const exchange of open) {
      exchange.handle?.abort();
      exchange.receiver.onFailure(failure);
    }
  }
}

/** One of them: what its server answers goes to its receiver, and it is open until it has ended. */
class OpenExchange implements MessageReceiver, UpstreamExchange {
  readonly receiver: MessageReceiver;
  readonly #onOver: (exchange: OpenExchange) => void;
  handle: UpstreamExchange | undefined;

  constructor(receiver: MessageReceiver, onOver: (exchange: OpenExchange) => void) {
    this.receiver = receiver;
    this.#onOver = onOver;
  }

  onOpen(status: number, framing: Framing, headers: Headers): void {
    this.receiver.onOpen(status, framing, headers);
  }

  onEvent(event: StreamEvent): void {
    this.receiver.onEvent(event);
  }

  onLong(answering: Answering): Passage | undefined {
    return this.receiver.onLong?.(answering);
  }

  onComment(): void {
    this.receiver.onComment?.();
  }

  onRoom(hasRoom: boolean): void {
    this.receiver.onRoom?.(hasRoom);
  }

  onEnd(): void {
    this.#onOver(this);
    this.receiver.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#onOver(this);
    this.receiver.onFailure(failure);
  }

  abort(): void {
    this.#onOver(this);
    this.handle?.abort();
  }

  pause(): void {
    this.handle?.pause();
  }

  resume(): void {
    this.handle?.resume();
  }
}
