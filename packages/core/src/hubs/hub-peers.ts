import type { JsonObject } from "../json.js";
import type { UpstreamExchange, UpstreamReceiver } from "../outgoing.js";

/** A client answers what it was asked in the middle of a call that another hub holds. */
export type HeldAnswers = {
  readonly kind: "held-answers";
  readonly principalId: string;
  /** Whose the call is when a hub shares out what it has: see `peerOf` of the gateway. */
  readonly sharer: string;
  /** Which call. */
  readonly held: string;
  readonly round: number;
  /** The request that the answers came with, and that waits for the rest of the call now. */
  readonly id: string | number;
  readonly progressToken?: unknown;
  readonly inputResponses: JsonObject;
};

/** A message in a session of a 2025 client, for the hub that has what it is about: a call to end, a question. */
export type SessionMessage = {
  readonly kind: "session-message";
  readonly principalId: string;
  readonly sessionId: string;
  readonly message: object;
};

/**
 * A hub has opened a session with a server for a session of a 2025 client, and is about to call there. Whoever has a
 * stream of the client takes it, once it hears the server outside of calls.
 */
export type SessionLink = {
  readonly kind: "session-link";
  readonly principalId: string;
  readonly sessionId: string;
  readonly serverId: string;
};

/**
 * A 2025 client has asked a hub to follow a resource, and waits for the answer. Whoever has a stream of the client takes
 * it, once it follows the resource.
 */
export type SessionResource = {
  readonly kind: "session-resource";
  readonly principalId: string;
  readonly sessionId: string;
  /** As the client knows it. */
  readonly uri: string;
};

/**
 * What a hub knows of the event stream of a session that a 2025 client has with a server itself: the session begins, so
 * that it is `expected`; the client has heard that it has begun (`answered`); it has `asked` for the stream; or that is
 * `over`, because it is there or will not be. All hear it, and none takes it.
 */
export type OpeningStream = {
  readonly kind: "opening-stream";
  readonly serverId: string;
  /** As the server names it, or a digest of that where it is long. */
  readonly sessionId: string;
  readonly state: "expected" | "answered" | "asked" | "over";
};

/** All that one hub may ask of another, in the name of a client that it has let in. */
export type PeerRequest =
  | HeldAnswers
  | SessionMessage
  | SessionLink
  | SessionResource
  | OpeningStream;

/** Why a hub cannot be asked: it is gone, or has no address that others know. */
export type PeerAbsence = "gone" | "no-address";

/**
 * What became of what all of them were told: one took it (`taken`), or none did. Then all have heard it (`unwanted`),
 * some have not and may the next time (`not-all-told`), or one would not take such a message the next time, either
 * (`refused`).
 */
export type ToldAll = "taken" | "unwanted" | "not-all-told" | "refused";

/** The other hubs on the same store, as far as one passes on to another what is not for itself. */
export interface HubPeers {
  /** Names this hub: made anew at each start. */
  readonly hubId: string;
  /** The same at all of them, for what clients carry from one to another. */
  readonly stateKey: Uint8Array;
  /** Undefined for one that can be asked. */
  absence(hubId: string): PeerAbsence | undefined;
  /** Whether any other hub can be asked. */
  readonly hasOthers: boolean;
  /** Asks one of them, and hears its answer while it comes. One that gives no sign of life for some seconds has failed. */
  ask(hubId: string, request: PeerRequest, receiver: UpstreamReceiver): UpstreamExchange;
  /** Tells all that have an address, and resolves as soon as one took it. Never rejects. */
  tellAll(request: PeerRequest): Promise<ToldAll>;
}
