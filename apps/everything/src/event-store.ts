import type { EventId, EventStore, JSONRPCMessage, StreamId } from "@modelcontextprotocol/server";

interface StoredEvent {
  readonly id: EventId;
  readonly streamId: StreamId;
  readonly message: JSONRPCMessage;
}

const keptEvents = 1_000;

/** Remembers the last events of one session, so that a client can take up a broken stream again. */
export class MemoryEventStore implements EventStore {
  #events: readonly StoredEvent[] = [];
  #count = 0;

  async storeEvent(streamId: StreamId, message: JSONRPCMessage): Promise<EventId> {
    this.#count += 1;
    const id = `${streamId}:${this.#count}`;
    this.#events = [...this.#events.slice(1 - keptEvents), { id, streamId, message }];
    return id;
  }

  async getStreamIdForEventId(eventId: EventId): Promise<StreamId | undefined> {
    return this.#events.find(({ id }) => id === eventId)?.streamId;
  }

  async replayEventsAfter(
    lastEventId: EventId,
    { send }: { send: (eventId: EventId, message: JSONRPCMessage) => Promise<void> },
  ): Promise<StreamId> {
    const last = this.#events.findIndex(({ id }) => id === lastEventId);
    const streamId = this.#events[last]?.streamId;
    if (streamId === undefined) throw new Error(`There is no event ${lastEventId}`);
    for (const event of this.#events.slice(last + 1)) {
      // The event that only primes a stream holds no message.
      const isMessage = "jsonrpc" in event.message;
      if (event.streamId === streamId && isMessage) await send(event.id, event.message);
    }
    return streamId;
  }
}
