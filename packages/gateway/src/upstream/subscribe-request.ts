import { responseTo } from "./brief-exchange.js";
import type { LegacyLink } from "./legacy-link.js";
import { ownRequestId } from "./own-ids.js";
import type { SubscriptionAnswer, SubscriptionMethod } from "./server-subscriptions.js";

/** Tells a 2025 server that somebody follows a resource, or that nobody does any more. Never rejects. */
export async function askAboutResource(
  link: LegacyLink,
  method: SubscriptionMethod,
  uri: string,
): Promise<SubscriptionAnswer> {
  const request = { jsonrpc: "2.0", id: ownRequestId(), method, params: { uri } } as const;
  // No sooner: who hangs up on a busy server may not have told it.
  const withinMs = link.handshakeMs;
  const answer = await responseTo((receiver) => link.request(request, receiver), { withinMs });
  if (answer === undefined) return "silent";
  return answer.error === undefined ? "done" : "refused";
}
