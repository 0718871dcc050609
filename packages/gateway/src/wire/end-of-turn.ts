let waiting: (() => void)[] = [];

function runAll(): void {
  const all = waiting;
  waiting = [];
  run(all, 0);
}

/** One that throws keeps none of the others from being run. */
function run(tasks: readonly (() => void)[], from: number): void {
  let at = from;
  try {
    while (at < tasks.length) {
      at += 1;
      tasks[at - 1]?.();
    }
  } finally {
    if (at < tasks.length) setImmediate(run, tasks, at);
  }
}

/**
 * Runs a task when everything that has come in this turn of the event loop was looked at. Writes put off
 * so go out one after the other: the program that reads them is woken once, not for each of them, which
 * is much of what a write costs.
 */
export function atEndOfTurn(task: () => void): void {
  if (waiting.push(task) === 1) setImmediate(runAll);
}
