import type { ClientCapabilities } from "@hub/mcp";

/** What a shared server is told its clients can do: the union, as each client is asked only what it can. */
export const sharedClientCapabilities: ClientCapabilities = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {}, context: {} },
};

/** The same for a shared process: roots are those of the only client, and change with it. */
export const sharedProcessCapabilities: ClientCapabilities = {
  ...sharedClientCapabilities,
  roots: { listChanged: true },
};
