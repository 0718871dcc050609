import { batchVersion, membersOf, type StreamEvent } from "@hub/mcp";

/** The messages of an event, one by one, in a session that agreed on a revision. */
export function messagesOf(protocolVersion: string, event: StreamEvent): readonly StreamEvent[] {
  if (protocolVersion !== batchVersion || event.data === undefined) return [event];
  const members = membersOf(event.data);
  if (members === undefined) return [event];
  return members.map((data, at) =>
    // Whoever goes on behind the event's id has had all of them.
    at + 1 === members.length ? { ...event, data, bytes: undefined } : { data },
  );
}
