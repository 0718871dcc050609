import type { Start } from "./brief-exchange.js";
import type { MessageReceiver } from "./exchange.js";
import type { UpstreamExchange, UpstreamFailure } from "./port.js";

/** The exchanges of one link that are not over, so that they can fail together. */
export class OpenExchanges {
  readonly #open = new Map<UpstreamExchange, MessageReceiver>();

  start(start: Start, receiver: MessageReceiver): UpstreamExchange {
    const handle = start({
      onOpen: (status, framing, headers) => receiver.onOpen(status, framing, headers),
      onEvent: (event) => receiver.onEvent(event),
      onLong: receiver.onLong,
      onComment: () => receiver.onComment?.(),
      onRoom: (hasRoom) => receiver.onRoom?.(hasRoom),
      onEnd: () => {
        this.#open.delete(handle);
        receiver.onEnd();
      },
      onFailure: (failure) => {
        this.#open.delete(handle);
        receiver.onFailure(failure);
      },
    });
    this.#open.set(handle, receiver);
    return {
      abort: () => {
        this.#open.delete(handle);
        handle.abort();
      },
      pause: () => handle.pause(),
      resume: () => handle.resume(),
    };
  }

  /** Ends them all; their receivers hear why. */
  fail(failure: UpstreamFailure): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const [handle, receiver] of open) {
      handle.abort();
      receiver.onFailure(failure);
    }
  }
}
