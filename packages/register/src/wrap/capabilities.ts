import type { ClientCapabilities } from "./client.js";

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

const capabilityByMethod: ReadonlyMap<string, string> = new Map([
  ["elicitation/create", "elicitation"],
  ["sampling/createMessage", "sampling"],
  ["roots/list", "roots"],
]);

/** Whether a client that declared these capabilities answers such a request. */
export function canAnswer(capabilities: ClientCapabilities, method: string): boolean {
  const name = capabilityByMethod.get(method);
  return name !== undefined && capabilities[name] !== undefined;
}
