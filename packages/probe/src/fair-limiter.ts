type LimitedWork = {
  /** Host and port; what hangs at one host must not hold the places of others. */
  readonly host: string;
  /** It failed last time, so it may well hang again. */
  readonly isDoubtful: boolean;
  /** Somebody waits for it. */
  readonly isUrgent: boolean;
  readonly work: () => Promise<void>;
};

export type FairLimiter = {
  /** Runs the work when there is a place for it; resolves when it has ended. */
  run(work: LimitedWork): Promise<void>;
  /** Resolves when nothing runs or waits any more. */
  settled(): Promise<void>;
};

const mostPerHost = 4;

type Waiting = LimitedWork & { readonly start: () => Promise<void> };

/** Work that waits, by host: hosts take turns, and a host that is full costs one look, not one for each piece. */
type Queue = Map<string, Waiting[]>;

/**
 * Bounded concurrency that bad hosts cannot use up: at most four pieces of work a host, and at most
 * half of all places for hosts that failed before.
 */
export function createFairLimiter({ most }: { readonly most: number }): FairLimiter {
  const sure: Queue = new Map();
  const doubtful: Queue = new Map();
  const perHost = new Map<string, number>();
  const unsettled = new Set<Promise<void>>();
  let running = 0;
  let runningDoubtful = 0;
  const mostDoubtful = Math.max(1, Math.floor(most / 2));

  function count(work: LimitedWork, by: 1 | -1): void {
    running += by;
    if (work.isDoubtful) runningDoubtful += by;
    const atHost = (perHost.get(work.host) ?? 0) + by;
    if (atHost === 0) perHost.delete(work.host);
    else perHost.set(work.host, atHost);
  }

  function begin(next: Waiting): void {
    count(next, 1);
    void next.start().finally(() => {
      count(next, -1);
      pump();
    });
  }

  function serve(queue: Queue, hasPlace: () => boolean): void {
    for (const host of [...queue.keys()]) {
      if (!hasPlace()) return;
      const line = queue.get(host) ?? [];
      while (line.length > 0 && hasPlace() && (perHost.get(host) ?? 0) < mostPerHost) {
        const next = line.shift();
        if (next !== undefined) begin(next);
      }
      // To the end of the round, so that hosts take turns.
      queue.delete(host);
      if (line.length > 0) queue.set(host, line);
    }
  }

  function pump(): void {
    if (running >= most) return;
    serve(sure, () => running < most);
    serve(doubtful, () => running < most && runningDoubtful < mostDoubtful);
  }

  function run(work: LimitedWork): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      const start = () => work.work().then(resolve, resolve);
      const queue = work.isDoubtful ? doubtful : sure;
      const line = queue.get(work.host) ?? [];
      queue.set(work.host, line);
      const firstPatient = work.isUrgent ? line.findIndex((one) => !one.isUrgent) : -1;
      line.splice(firstPatient === -1 ? line.length : firstPatient, 0, { ...work, start });
    });
    unsettled.add(ended);
    void ended.then(() => unsettled.delete(ended));
    pump();
    return ended;
  }

  return {
    run,
    settled: async () => void (await Promise.all(unsettled)),
  };
}
