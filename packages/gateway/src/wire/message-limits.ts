import type { BudgetBook } from "@hub/core";
import { type JsonLimits, mostMessageDepth } from "@hub/mcp";
import { MessageRoom } from "./message-room.js";

/** What one message may be. */
export type MessageLimits = JsonLimits & {
  readonly bytes: number;
  /** Says that a message had this many values. */
  readonly counted: (values: number) => void;
};

/** What one message of a server may be, where the hub looks at it. */
export type ServerMessageLimits = MessageLimits & {
  /** From the first byte of an event to its end, whatever comes in between. */
  readonly ms: number;
  /** Where long messages have room while they come. */
  readonly room: MessageRoom;
  /** Hears of a message that had more bytes. */
  readonly onTooLarge: () => void;
};

/** The limits of messages of clients and of servers, with the one count of values in both. */
export function messageLimits(
  budgets: BudgetBook,
  callTimeoutMs: number,
): {
  readonly ofClients: MessageLimits;
  readonly ofServers: ServerMessageLimits;
} {
  let most = 0;
  budgets.watch("messageValues", () => ({ used: most }));
  const values = budgets.limit("messageValues");
  const shared = {
    depth: mostMessageDepth,
    values,
    counted: (count: number) => {
      if (count > values) budgets.refused("messageValues");
      else if (count > most) most = count;
    },
  };
  return {
    ofClients: { ...shared, bytes: budgets.limit("clientMessageBytes") },
    ofServers: {
      ...shared,
      bytes: budgets.limit("serverMessageBytes"),
      ms: callTimeoutMs,
      room: new MessageRoom(budgets),
      onTooLarge: () => budgets.refused("serverMessageBytes"),
    },
  };
}

/** For answers that say nothing of interest. */
export function shortMessages(limits: ServerMessageLimits): ServerMessageLimits {
  return { ...limits, bytes: Math.min(limits.bytes, 65_536) };
}

/** What is wrong with a message of this shape, as the end of a sentence about it. */
export function excessText(
  excess: "too deep" | "too many values",
  { depth, values }: JsonLimits,
): string {
  return excess === "too deep"
    ? `nested more than ${depth} deep`
    : `of more than ${values} values (MCP_HUB_MAX_MESSAGE_VALUES)`;
}
