export type LaneWork = {
  /** Host and port; what hangs at one host must not hold the places of others. */
  readonly host: string;
  /** It failed last time, so it may well hang again. */
  readonly isDoubtful: boolean;
  /** Somebody waits for it. */
  readonly isUrgent: boolean;
  readonly work: () => Promise<void>;
};

export type Lanes = {
  /** Runs the work when there is a place for it; resolves when it has ended. */
  run(work: LaneWork): Promise<void>;
  /** Resolves when nothing runs or waits any more. */
  settled(): Promise<void>;
};

const mostPerHost = 4;

type Waiting = LaneWork & { readonly start: () => Promise<void> };

/**
 * Bounded concurrency that bad hosts cannot use up: at most four pieces of work a host, and at most
 * half of all places for hosts that failed before.
 */
export function createLanes({ most }: { readonly most: number }): Lanes {
  const queue: Waiting[] = [];
  const perHost = new Map<string, number>();
  const unsettled = new Set<Promise<void>>();
  let running = 0;
  let doubtful = 0;
  const mostDoubtful = Math.max(1, Math.floor(most / 2));

  function mayStart({ host, isDoubtful }: LaneWork): boolean {
    if ((perHost.get(host) ?? 0) >= mostPerHost) return false;
    return !isDoubtful || doubtful < mostDoubtful;
  }

  function count(work: LaneWork, by: 1 | -1): void {
    running += by;
    if (work.isDoubtful) doubtful += by;
    const atHost = (perHost.get(work.host) ?? 0) + by;
    if (atHost === 0) perHost.delete(work.host);
    else perHost.set(work.host, atHost);
  }

  function pump(): void {
    for (let index = 0; index < queue.length && running < most; ) {
      const next = queue[index];
      if (next === undefined || !mayStart(next)) {
        index += 1;
        continue;
      }
      queue.splice(index, 1);
      count(next, 1);
      void next.start().finally(() => {
        count(next, -1);
        pump();
      });
    }
  }

  function run(work: LaneWork): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      const start = () => work.work().then(resolve, resolve);
      const waiting: Waiting = { ...work, start };
      const firstPatient = queue.findIndex((one) => !one.isUrgent);
      if (work.isUrgent && firstPatient !== -1) queue.splice(firstPatient, 0, waiting);
      else queue.push(waiting);
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
