let held: Promise<void> | undefined;

/** Keeps the page that is shown until it is let go, whoever may see it meanwhile. Returns how to let it go. */
export function holdPage(): () => void {
  let letGo = () => {};
  const holding = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  held = holding;
  return () => {
    if (held === holding) held = undefined;
    letGo();
  };
}

/** Resolves when no page is held. */
export async function untilLetGo(): Promise<void> {
  while (held !== undefined) await held;
}
