import type { EventId, EventStore, JSONRPCMessage, StreamId } from "@modelcontextprotocol/server";

type Event = { readonly streamId: StreamId; readonly message: JSONRPCMessage };

const mostEvents = 1_000;

/** Keeps the last events of one session, so that a client whose stream broke off can resume it. */
export class MemoryEventStore implements EventStore {
  readonly #events = new Map<EventId, Event>();
  #stored = 0;

  async storeEvent(streamId: StreamId, message: JSONRPCMessage): Promise<EventId> {
    this.#stored += 1;
    const id = String(this.#stored);
    this.#events.set(id, { streamId, message });
    this.#events.delete(String(this.#stored - mostEvents));
    return id;
  }

  async getStreamIdForEventId(id: EventId): Promise<StreamId | undefined> {
    return this.#events.get(id)?.streamId;
  }

  async replayEventsAfter(
    lastId: EventId,
    { send }: { send: (id: EventId, message: JSONRPCMessage) => Promise<void> },
  ): Promise<StreamId> {
    const last = this.#events.get(lastId);
    if (last === undefined) throw new Error(`Event ${lastId} is no longer stored.`);
    for (const [id, { streamId, message }] of this.#events) {
      const isLater = Number(id) > Number(lastId) && streamId === last.streamId;
      // The event that only opens a stream has no message in it.
      if (isLater && "jsonrpc" in message) await send(id, message);
    }
    return last.streamId;
  }
}
