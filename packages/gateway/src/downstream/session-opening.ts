import type { Principal } from "@hub/core/access";
import { isJsonObject } from "@hub/core/json";
import { settingOf } from "@hub/core/limits";
import {
  codes,
  errorText,
  type JsonRpcRequest,
  type ListKind,
  legacyVersions,
  listChanged,
  newestLegacyVersion,
  resultText,
} from "@hub/mcp";
import { failureError } from "../errors.js";
import { sharerOf } from "../reply/peer.js";
import { refuseMore } from "../reply/refuse-more.js";
import type { Reply } from "../reply/reply.js";
import { ClientIdentity } from "../session/client-identity.js";
import type { ClientSession } from "../session/client-session.js";
import { Sessions } from "../session/sessions.js";
import { followAgain } from "./follow-resource.js";
import { capabilitiesOf, instructionsOf, serverInfoOf } from "./identity.js";
import type { Incoming } from "./incoming.js";
import type { LegacyEndpointOptions } from "./legacy-endpoint-options.js";
import type { Listening } from "./listeners.js";
import { passOutside } from "./outside-messages.js";
import { tellHubs } from "./tell-hubs.js";

export type Opening = {
  readonly isKept?: boolean;
  readonly onOpened?: (session: ClientSession) => void;
};

const everyChange = new Set(["tools", "prompts", "resources"] as const);

/** Opens sessions of clients of the 2025 revisions: new ones, and those of an earlier process of the hub. */
export class SessionOpening {
  readonly sessions: Sessions;
  readonly #options: LegacyEndpointOptions;
  readonly #listening = new Map<ClientSession, Listening>();
  /** How to forget what ends sessions before their clients do. */
  readonly #bound = new Map<ClientSession, () => void>();

  constructor(options: LegacyEndpointOptions) {
    this.#options = options;
    const onEnd = (session: ClientSession) => {
      this.#listening.get(session)?.stop();
      this.#listening.delete(session);
      this.#bound.get(session)?.();
      this.#bound.delete(session);
    };
    this.sessions = new Sessions(options.context, options.sessions, onEnd, (session, followed) =>
      followAgain(options, session, followed),
    );
  }

  /**
   * Opens a session, and answers with it. `isKept`: it outlives the hub's process, where sessions do.
   * Default: it does. `onOpened` hears of it before the answer goes out.
   */
  initialize(
    message: JsonRpcRequest,
    incoming: Incoming,
    reply: Reply,
    { isKept = true, onOpened }: Opening = {},
  ): void {
    const { context, version } = this.#options;
    const { protocolVersion, capabilities, clientInfo } = message.params ?? {};
    if (typeof protocolVersion !== "string" || !isJsonObject(capabilities)) {
      const text = "Expected params.protocolVersion and params.capabilities";
      reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
      return;
    }
    const agreed = legacyVersions.includes(protocolVersion) ? protocolVersion : newestLegacyVersion;
    const info = clientInfo ?? { name: "unknown", version: "0" };
    const identity = new ClientIdentity(agreed, capabilities, info);
    const { budgets } = context;
    const mostBytes = budgets.limit("identityBytes");
    if (identity.bytes > mostBytes) {
      budgets.refused("identityBytes");
      const cause = `params.capabilities and params.clientInfo may have at most ${mostBytes} bytes together, these have ${identity.bytes}.`;
      const failure = { code: "IDENTITY_TOO_LARGE", cause, mayHaveRun: false } as const;
      reply.message(errorText(message.id, failureError(failure)));
      return;
    }
    const { selection, selectionFor, via } = incoming;
    const session = this.sessions.create(
      {
        selection: selectionFor,
        via,
        identity,
        peer: incoming.peer,
        principal: incoming.principal,
        onOutside: (one, link, event) => passOutside(context, one, link, event),
        onOpened: (one, serverId) => this.#tellHubs(one, serverId),
      },
      isKept,
    );
    if ("full" in session) {
      const { full } = session;
      const most =
        full === "sessions"
          ? `${sharerOf(incoming.peer)} already has its share of the hub's ${budgets.shareText(full, "sessions")}`
          : `this token, person or workload already has its ${budgets.limit(full)} sessions (${settingOf(full)})`;
      const cause = `${most}, and all of them have been used.`;
      const { retryAfterMs } = this.sessions;
      const failure = { code: "TOO_MANY_SESSIONS", cause } as const;
      const refused = refuseMore(budgets, full, message.id, failure, retryAfterMs);
      reply.message(refused.text, refused.status, refused.headers);
      return;
    }
    this.#bind(session, incoming);
    this.#tellChanges(session, false);
    onOpened?.(session);
    const view = context.views.of(selection);
    const instructions = instructionsOf(view);
    const text = resultText(message.id, {
      protocolVersion: agreed,
      capabilities: capabilitiesOf(view, false),
      serverInfo: serverInfoOf(view, version),
      ...(instructions === undefined ? {} : { instructions }),
    });
    // Whoever knows its id can go on with it, whatever becomes of the hub's process.
    this.sessions
      .written()
      .then(() => reply.message(text, 200, { "mcp-session-id": session.id }))
      .catch(incoming.onFault);
  }

  /** What a session shows is what whoever asks may call now. */
  renew(session: ClientSession, principal: Principal): void {
    if (session.renew(principal)) this.look(session);
  }

  /** Tells a client that listens what has changed since it heard of it last. */
  look(session: ClientSession): void {
    this.#listening.get(session)?.look();
  }

  /** A session that was opened by a sign-in at a page ends with that. */
  #bind(session: ClientSession, { whileOpen }: Incoming): void {
    const unbind = whileOpen?.(() => void this.sessions.end(session));
    if (unbind !== undefined) this.#bound.set(session, unbind);
  }

  /**
   * Opens a session of an earlier process of the hub again; undefined when it is not that of who asks. Rejects with
   * STORE_UNAVAILABLE.
   */
  revive(id: string, incoming: Incoming): Promise<ClientSession | undefined> {
    const { context, watchers } = this.#options;
    const { selection, selectionFor, principal } = incoming;
    return this.sessions.revive(
      id,
      selection.endpoint,
      {
        principal,
        selection: selectionFor,
        onOutside: (session, link, event) => passOutside(context, session, link, event),
        onOpened: (session, serverId) => this.#tellHubs(session, serverId),
      },
      (session, followed) => {
        // The hub does not know which lists the client has seen, so it announces all of them when
        // the client listens again.
        this.#tellChanges(session, true);
        this.#bind(session, incoming);
        followAgain({ context, watchers }, session, followed);
      },
    );
  }

  /** Resolves when the hub at which its client listens hears the server, too, or was given its time. */
  #tellHubs(session: ClientSession, serverId: string): Promise<void> {
    const principalId = session.principal.id;
    const link = { kind: "session-link", principalId, sessionId: session.id, serverId } as const;
    const { context, peers } = this.#options;
    return tellHubs(peers, link, context.limits.handshakeMs);
  }

  #tellChanges(session: ClientSession, isBehind: boolean): void {
    const tell = (kind: ListKind) =>
      session.tell({
        data: JSON.stringify({ jsonrpc: "2.0", method: listChanged(kind) }),
      });
    const { listeners } = this.#options;
    const selection = () => session.selection;
    this.#listening.set(session, listeners.add(selection, everyChange, tell, { isBehind }));
  }
}
