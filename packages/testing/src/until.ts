const shortestPauseMs = 5;
const longestPauseMs = 50;

/**
 * Waits until `look` gives something, and returns it; says what it waited for when it does not come: a function
 * says it then, with what is known by then. It
 * looks often at first and less often then, since most looks ask a hub that has other things to do.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 120_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.2)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) {
      const waitedFor = typeof what === "string" ? what : what();
      throw new Error(`waited ${withinMs} ms in vain for: ${waitedFor}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
