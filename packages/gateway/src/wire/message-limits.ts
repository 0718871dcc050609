import type { BudgetBook, JsonLimits } from "@hub/core";

/** How deep messages may be nested; what reads and writes them goes one call deeper with each level. */
const mostDepth = 1_000;

/** What one message may be. */
export type MessageLimits = JsonLimits & {
  readonly bytes: number;
  /** Says that a message had this many values. */
  readonly counted: (values: number) => void;
};

/** The limits of messages of clients and of servers, with the one count of values in both. */
export function messageLimits(budgets: BudgetBook): {
  readonly ofClients: MessageLimits;
  readonly ofServers: MessageLimits;
} {
  let most = 0;
  budgets.watch("messageValues", () => ({ used: most }));
  const values = budgets.limit("messageValues");
  const shared = {
    depth: mostDepth,
    values,
    counted: (count: number) => {
      if (count > values) budgets.refused("messageValues");
      else if (count > most) most = count;
    },
  };
  return {
    ofClients: { ...shared, bytes: budgets.limit("clientMessageBytes") },
    ofServers: { ...shared, bytes: budgets.limit("serverMessageBytes") },
  };
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
