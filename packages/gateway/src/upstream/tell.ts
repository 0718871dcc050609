import type { MessageReceiver } from "./exchange.js";
import type { UpstreamInstance } from "./instances.js";
import type { UpstreamExchange } from "./port.js";

/** Nobody waits for the answer. */
export const deaf: MessageReceiver = {
  onOpen: () => undefined,
  onEvent: () => undefined,
  onEnd: () => undefined,
  onFailure: () => undefined,
};

export type Start = (receiver: MessageReceiver) => UpstreamExchange;

/** Sends what nobody waits for the answer of. A server that never gives one must not keep the connection. */
export function tell(start: Start, withinMs: number, onOver: () => void = () => undefined): void {
  const over = () => {
    clearTimeout(timer);
    onOver();
  };
  const timer = setTimeout(() => {
    started.abort();
    onOver();
  }, withinMs).unref();
  const started = start({ ...deaf, onEnd: over, onFailure: over });
}

/** The same in turn, so that a server that hangs is not connected to for each call that ends. */
export function tellInTurn({ farewells }: UpstreamInstance, start: Start, withinMs: number): void {
  const leave = farewells.enter(
    () => tell(start, withinMs, () => queueMicrotask(() => leave?.())),
    "",
  );
}
