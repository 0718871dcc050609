import { createServer, Server } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/** A turn of the event loop that takes no longer than this had nothing to do. */
const emptyTurnMs = 0.015;
/** One that takes no longer than this had hardly anything to do: such a turn will do after `emptyWaitMs`. */
const shortTurnMs = 0.1;
const emptyWaitMs = 1_000;
/** No turn is waited for any longer. */
const longestWaitMs = 2_000;

/** Closes the socket of a server that listens, and nothing else of it. */
export function closeSocket(server: Server, onClose?: () => void): void {
  // What HTTP adds to it takes longer than a turn, and connections come meanwhile.
  Server.prototype.close.call(server, onClose);
}

/** Code that runs for the first time takes four times as long, and while it runs connections are lost. */
async function rehearse(): Promise<void> {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.on("error", () => resolve());
    other.listen(0, "127.0.0.1", resolve);
  });
  closeSocket(other);
}

/**
 * Resolves right after a turn of the event loop that did nothing but look for connections: those that the kernel lets
 * in between such a look and the end of the socket, it breaks off. A loop that is never at rest, as with probes of
 * 2,000 servers, keeps nobody waiting for longer than two seconds.
 */
export async function turnAtRest(): Promise<void> {
  await rehearse();
  await nextTurn();
  const asked = performance.now();
  for (let ended = asked; ended - asked < longestWaitMs; ) {
    const begun = performance.now();
    await nextTurn();
    ended = performance.now();
    if (ended - begun < (ended - asked < emptyWaitMs ? emptyTurnMs : shortTurnMs)) return;
  }
}
