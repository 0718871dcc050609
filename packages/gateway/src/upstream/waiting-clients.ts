/** Clients are not kept waiting longer than this for what a server may never confirm. */
const mostWaitMs = 2_000;

/** Clients that wait until a server is heard. */
export class WaitingClients {
  readonly #tells = new Set<() => void>();

  /** Resolves with whether it is before they have waited long enough. */
  wait(): Promise<boolean> {
    return new Promise((resolve) => {
      const over = (isHeard: boolean) => {
        clearTimeout(giveUp);
        this.#tells.delete(tell);
        resolve(isHeard);
      };
      const tell = () => over(true);
      const giveUp = setTimeout(over, mostWaitMs, false);
      this.#tells.add(tell);
    });
  }

  /** The server is heard, or will not be. */
  tell(): void {
    for (const tell of this.#tells) tell();
  }
}

/** Resolves with whether that is over before clients have waited long enough. */
export async function soon(over: Promise<void>): Promise<boolean> {
  let giveUp: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    giveUp = setTimeout(resolve, mostWaitMs, false);
  });
  const isOver = await Promise.race([over.then(() => true), tooLong]);
  clearTimeout(giveUp);
  return isOver;
}
