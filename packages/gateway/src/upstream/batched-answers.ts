import { membersOf } from "../wire/split-batch.js";
import type { MessageReceiver } from "./exchange.js";

/** The one revision in which a server may answer with several messages in a JSON array. */
const batchVersion = "2025-03-26";

/** Hears the members of such an array one by one, in a session that agreed on that revision. */
export function hearingBatches(
  protocolVersion: string,
  receiver: MessageReceiver,
): MessageReceiver {
  if (protocolVersion !== batchVersion) return receiver;
  return {
    ...receiver,
    onEvent(event) {
      const members = event.data === undefined ? undefined : membersOf(event.data);
      if (members === undefined) receiver.onEvent(event);
      for (const [at, data] of (members ?? []).entries()) {
        // Whoever goes on behind the event's id has had all of them.
        const isLast = at + 1 === members?.length;
        receiver.onEvent(isLast ? { ...event, data, bytes: undefined } : { data });
      }
    },
  };
}
