/** What a client may declare; only the names at the top matter here. */
export type ClientCapabilities = Readonly<Record<string, unknown>>;

/** The capability that a client declares when it answers such a request of a server. */
const capabilityFor: ReadonlyMap<string, string> = new Map([
  ["elicitation/create", "elicitation"],
  ["sampling/createMessage", "sampling"],
  ["roots/list", "roots"],
]);

/** Whether a client that declared these capabilities answers such a request of a server. */
export function canAnswer(capabilities: ClientCapabilities, method: string): boolean {
  const name = capabilityFor.get(method);
  return name !== undefined && capabilities[name] !== undefined;
}

/** Whether it answers any request of a server. */
export function answersQuestions(capabilities: ClientCapabilities): boolean {
  return [...capabilityFor.values()].some((name) => capabilities[name] !== undefined);
}
