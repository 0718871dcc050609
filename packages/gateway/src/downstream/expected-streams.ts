import { createHash } from "node:crypto";
import type { HubPeers, OpeningStream } from "@hub/core/hubs";
import { OpeningStreams } from "./opening-streams.js";
import { tellHubs } from "./tell-hubs.js";

/** A session that a client has with a server itself. */
export type SessionAtServer = Pick<OpeningStream, "serverId" | "sessionId">;

/** Longer ids of sessions are known by their digests. */
const longestNamed = 256;

/** A session as it is kept and told: a client may invent another id with each request, as long as headers may be. */
export function sessionAtServer(serverId: string, id: string): SessionAtServer {
  if (id.length <= longestNamed) return { serverId, sessionId: id };
  return { serverId, sessionId: createHash("sha256").update(id).digest("base64url") };
}

/** How long a client is waited for that a server does not answer when it says that its session begins. */
const mostExpectedMs = 2_000;

/**
 * News that other hubs are being told at once: any client causes them, with whatever sessions it invents, and one hub that
 * hangs keeps all of them. What is not told costs the order alone.
 */
const mostTelling = 1_000;

type Expected = { readonly end: () => void; timer: NodeJS.Timeout };

/**
 * The event streams of sessions with servers that clients ask for and do not have yet, at whichever hub. What such a
 * session is sent meanwhile waits: what a server wants to know of its client would have no way. A client that has begun
 * a session asks for its stream and for more in the same moment, and the two may come to two hubs in either order; so
 * hubs tell each other that a session begins before its client hears that it has, and when its stream is there.
 */
export class ExpectedStreams {
  readonly #peers: HubPeers | undefined;
  /** How long a stream is waited for that a client may ask for, or that a server does not begin. */
  readonly #waitMs: number;
  readonly #opening = new OpeningStreams();
  readonly #expected = new Map<string, Expected>();
  #telling = 0;

  constructor(peers: HubPeers | undefined, waitMs: number) {
    this.#peers = peers;
    this.#waitMs = waitMs;
  }

  /** Resolves when the streams are there that are waited for now, or will not be. Undefined where there are none. */
  over(session: SessionAtServer): Promise<unknown> | undefined {
    return this.#opening.over(keyOf(session));
  }

  /**
   * A client is about to hear that its session has begun. `told` resolves when other hubs know; call `onAnswered` when
   * the server has answered. Undefined where there is no other hub.
   */
  begins(
    session: SessionAtServer,
  ): { readonly told: Promise<void>; readonly onAnswered: () => void } | undefined {
    if (this.#peers?.hasOthers !== true) return undefined;
    const told = this.#say(session, "expected");
    return { told, onAnswered: () => void this.#say(session, "answered") };
  }

  /** A client asks for its stream here. Returns what to call when it has it, or will not: more than once does no harm. */
  ask(session: SessionAtServer): () => void {
    const isHere = this.#opening.begin(keyOf(session));
    // Some servers begin an answer with the first event of it.
    const longest = setTimeout(() => onOver(), this.#waitMs).unref();
    let isOver = false;
    const told = this.#say(session, "asked");
    const onOver = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(longest);
      isHere();
      // Two messages to a hub may change places: what is asked for after it is over would be waited for.
      void this.#say(session, "over", told);
    };
    return onOver;
  }

  /** Another hub says what it knows of a stream. */
  hear({ state, ...session }: Pick<OpeningStream, "state"> & SessionAtServer): void {
    const key = keyOf(session);
    const known = this.#expected.get(key);
    if (state === "over") known?.end();
    // The news that it is over may have overtaken what was said before it.
    else if (known !== undefined || state !== "answered")
      this.#expect(key, known, state === "expected" ? mostExpectedMs : this.#waitMs);
  }

  #expect(key: string, known: Expected | undefined, forMs: number): void {
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.#expected.get(key)?.end(), forMs).unref();
    if (known !== undefined) {
      known.timer = timer;
      return;
    }
    const isOver = this.#opening.begin(key);
    const expected: Expected = {
      timer,
      end: () => {
        clearTimeout(expected.timer);
        this.#expected.delete(key);
        isOver();
      },
    };
    this.#expected.set(key, expected);
  }

  /** Here, and to the others, who have heard the `previous` then. Resolves when they know, or were given their time. */
  async #say(
    session: SessionAtServer,
    state: OpeningStream["state"],
    previous?: Promise<void>,
  ): Promise<void> {
    // What others were told is over here as well when they have gone meanwhile.
    if (this.#peers?.hasOthers !== true && state !== "over") return;
    this.hear({ ...session, state });
    if (previous !== undefined) await previous;
    if (this.#telling >= mostTelling) return;
    this.#telling += 1;
    await tellHubs(this.#peers, { kind: "opening-stream", ...session, state });
    this.#telling -= 1;
  }
}

function keyOf({ serverId, sessionId }: SessionAtServer): string {
  return `${serverId} ${sessionId}`;
}
