let waiting: (() => void)[] = [];

function runAll(): void {
  const all = waiting;
  waiting = [];
  for (const task of all) task();
}

/**
 * Runs a task when everything that has come in this turn of the event loop was looked at. Writes put off
 * so go out one after the other: the program that reads them is woken once, not for each of them, which
 * is much of what a write costs. Tasks must not throw.
 */
export function atEndOfTurn(task: () => void): void {
  if (waiting.push(task) === 1) setImmediate(runAll);
}
