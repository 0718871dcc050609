import { setTimeout as pause } from "node:timers/promises";
import type { Event } from "@hub/api";
import {
  type BudgetBook,
  HubError,
  type HubEvent,
  type JournalEvent,
  type Registry,
} from "@hub/core";

export type EventStreamOptions = {
  readonly registry: Registry;
  /** Events after this number are sent first; without it only what happens from now on. */
  readonly after?: number | undefined;
  readonly serverId?: string | undefined;
  readonly kinds?: readonly HubEvent["kind"][] | undefined;
  /** Whether the reader is told of an event. */
  readonly isHeard: (event: JournalEvent) => boolean;
  /** An event as its reader is told of it. */
  readonly viewOf: (event: JournalEvent) => Event;
  readonly stopping: AbortSignal;
  /** Calls `end` when its reader may read no more, at the latest within a second. Returns how to stop that. */
  readonly whileAllowed: (end: () => void) => () => void;
  readonly budgets: BudgetBook;
  /** The address of its reader. */
  readonly peer: string;
  /** It has ended, whoever ended it. */
  readonly onEnd: () => void;
  /** Hears why a stream ended that should not have. */
  readonly onFault: (error: unknown) => void;
};

const retryMs = 2_000;
/** A store that is away is asked again so often. */
const storeAgainMs = 1_000;
const keepAliveMs = 15_000;
/** Events made ready at a time: no more than a reader takes at once. */
const pageSize = 16;
const readyBytes = 16_384;

/** The journal as server-sent events: first what was missed, then live, each event once and in order. */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { registry, stopping, serverId, kinds, budgets, peer, isHeard } = options;
  const encoder = new TextEncoder();
  const waiting: JournalEvent[] = [];
  let sent = options.after ?? registry.lastSeq;
  // What comes from now on waits in line.
  let isCatchingUp = sent < registry.lastSeq;
  let hasDropped = false;
  let wake: (() => void) | undefined;
  let unbind: (() => void) | undefined;
  let isOver = false;
  const over = new AbortController();
  let isClosed = false;

  const isWanted = (event: JournalEvent) =>
    (serverId === undefined || event.serverId === serverId) &&
    (kinds === undefined || kinds.includes(event.kind)) &&
    isHeard(event);
  const stop = () => {
    if (isOver) return;
    isOver = true;
    over.abort();
    unsubscribe();
    stopping.removeEventListener("abort", stop);
    clearInterval(keepAlive);
    unwatch();
    unbind?.();
    options.onEnd();
    wake?.();
  };
  const unwatch = budgets.watch("eventsWaiting", () => ({ used: waiting.length, by: peer }));
  const unsubscribe = registry.subscribe((event) => {
    if (!isWanted(event)) return;
    if (waiting.push(event) > budgets.limit("eventsWaiting")) {
      budgets.refused("eventsWaiting");
      waiting.length = 0;
      isCatchingUp = true;
      hasDropped = true;
    }
    wake?.();
  });
  let isKeepAliveDue = false;
  const keepAlive = setInterval(() => {
    isKeepAliveDue = true;
    wake?.();
  }, keepAliveMs);
  keepAlive.unref();
  unbind = options.whileAllowed(stop);
  if (stopping.aborted) stop();
  else stopping.addEventListener("abort", stop);

  const line = (text: string) => encoder.encode(text);
  const tellAlive = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const isDue = isKeepAliveDue;
    isKeepAliveDue = false;
    if (isDue) controller.enqueue(line(": keep-alive\n\n"));
    return isDue;
  };
  /** What is read from the store, as soon as that answers; undefined when the stream is over first. */
  const fromStore = async <Found>(
    controller: ReadableStreamDefaultController<Uint8Array>,
    read: () => Promise<Found>,
  ): Promise<Found | undefined> => {
    while (!isOver) {
      try {
        return await read();
      } catch (error) {
        if (!HubError.is(error) || error.code !== "STORE_UNAVAILABLE") throw error;
      }
      tellAlive(controller);
      await pause(storeAgainMs, undefined, { signal: over.signal, ref: false }).catch(() => {});
    }
    return undefined;
  };
  const message = (event: JournalEvent) =>
    line(
      `event: ${event.kind}\nid: ${event.seq}\ndata: ${JSON.stringify(options.viewOf(event))}\n\n`,
    );

  const close = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (isClosed) return;
    isClosed = true;
    controller.close();
  };

  /** A stream that fails is not cancelled by anybody: it cleans up by itself, tells, and ends. */
  const guarded =
    (step: (controller: ReadableStreamDefaultController<Uint8Array>) => Promise<void>) =>
    async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      try {
        await step(controller);
      } catch (error) {
        stop();
        // Nothing can be written for a reader that has gone, which is nobody's fault.
        if (isClosed) return;
        options.onFault(error);
        // An end: what the stream itself would say of an error is not for readers. They come back.
        close(controller);
      }
    };

  return new ReadableStream<Uint8Array>(
    {
      start: guarded(async (controller) => {
        controller.enqueue(line(`retry: ${retryMs}\n`));
        // Another hub may have told its reader already of what this one has yet to read.
        const oldest =
          isCatchingUp || sent > registry.lastSeq
            ? await fromStore(controller, async () => {
                await registry.catchUp();
                return registry.oldestSeq();
              })
            : registry.lastSeq;
        if (oldest === undefined) return;
        const isUnknown = sent > registry.lastSeq;
        if (isUnknown || sent + 1 < oldest) {
          sent = isUnknown ? registry.lastSeq : oldest - 1;
          controller.enqueue(line(`event: reset\nid: ${sent}\ndata: {"reason":"events-gone"}\n\n`));
        } else {
          // Names the place in the journal, so that a reader cut off before the first event misses none.
          controller.enqueue(
            line(`event: ready\nid: ${sent}\ndata: {"lastSeq":${registry.lastSeq}}\n\n`),
          );
        }
      }),
      pull: guarded(async (controller) => {
        while (!isOver) {
          if (isCatchingUp) {
            hasDropped = false;
            const page = await fromStore(controller, () =>
              registry.journal({
                order: "oldest-first",
                after: sent,
                limit: pageSize,
                mostBytes: readyBytes,
                serverId,
                kinds,
              }),
            );
            if (page === undefined) break;
            const heard = page.filter(isHeard);
            for (const event of heard) controller.enqueue(message(event));
            sent = page.at(-1)?.seq ?? sent;
            if (heard.length > 0) return;
            if (page.length > 0) continue;
            // What came while the journal was read waits in line, unless the line was too long.
            isCatchingUp = hasDropped;
            continue;
          }
          const next = waiting.splice(0, pageSize).filter((event) => event.seq > sent);
          for (const event of next) {
            controller.enqueue(message(event));
            sent = event.seq;
          }
          if (next.length > 0) return;
          if (waiting.length > 0) continue;
          if (tellAlive(controller)) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
        close(controller);
      }),
      cancel: () => {
        isClosed = true;
        stop();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: readyBytes }),
  );
}
