/** Lets time pass, for what must not happen meanwhile. */
export function quiet(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A promise with its own switch. */
export type Gate = { readonly opened: Promise<void>; open(): void };

export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const closers = new Set<() => Promise<void> | void>();

/** Closes something when the test is over. */
export function closeLater(close: () => Promise<void> | void): void {
  closers.add(close);
}

/** For `afterEach`: closes what the test opened, last first. */
export async function closeAll(): Promise<void> {
  const all = [...closers].reverse();
  closers.clear();
  for (const close of all) await close();
}
