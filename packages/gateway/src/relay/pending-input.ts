import { randomBytes } from "node:crypto";
import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { HeldAnswers, HubPeers } from "@hub/core/hubs";
import { isJsonObject, type JsonObject } from "@hub/core/json";
import type { Shares } from "@hub/core/limits";
import {
  codes,
  errorText,
  type JsonRpcId,
  type JsonRpcRequest,
  type Params,
  textWithArguments,
  withoutEnvelope,
} from "@hub/mcp";
import { InFlightCall } from "../calls/in-flight-call.js";
import { KeptBytes } from "../calls/kept-bytes.js";
import type { MayWait } from "../calls/may-wait.js";
import type { Rewrites } from "../catalogue/uri-rewriting.js";
import type { GatewayFailure } from "../errors.js";
import { refuseMore } from "../reply/refuse-more.js";
import type { Reply } from "../reply/reply.js";
import { type ModernCaller, modernCaller } from "../session/modern-caller.js";
import { tracedText } from "../traffic/call-trace.js";
import { failureText, faultOf } from "../upstream/call-failures.js";
import type { GatewayContext } from "../upstream/context.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import { applyLogLevel } from "../upstream/log-level.js";
import { openSession, Unreachable } from "../upstream/open-session.js";
import { continueElsewhere } from "./held-elsewhere.js";
import { heldReceiver } from "./held-receiver.js";
import { ModernToLegacy } from "./modern-to-legacy.js";
import { type HeldState, StateSeal, subjectOf } from "./request-state.js";

const retryAfterMs = 30_000;

/** What a client came back with, and the request that waits for the rest of its call now. */
type Brought = {
  readonly id: JsonRpcId;
  readonly responses: JsonObject;
  readonly progressToken: unknown;
};

/** A call that waits for its client, and whose it is. */
type Held = { readonly call: ModernToLegacy; readonly principalId: string };

export type BridgedRequest = MayWait & {
  readonly entry: Entry;
  /** The client's request, with parameters as the server knows them. */
  readonly request: JsonRpcRequest;
  /** Its arguments as the client wrote them. */
  readonly argumentsText: () => string | undefined;
  readonly name: string | undefined;
  readonly reply: Reply;
  readonly rewrites: Rewrites | undefined;
  readonly via: string | undefined;
  readonly principal: Principal;
};

/** Calls of modern clients to servers of the 2025 revisions, with those that wait for a client's answer. */
export class PendingInput {
  readonly #context: GatewayContext;
  readonly #peers: HubPeers | undefined;
  readonly #hubId: string;
  readonly #seal: StateSeal;
  readonly #held = new Map<string, Held>();
  readonly #shares: Shares;
  /** Those that wait for their client: how they end when it does not come back. */
  readonly #waiting = new Map<string, () => void>();

  /** `peers`: hubs that hold others of such calls. Default: there is none. */
  constructor(context: GatewayContext, peers?: HubPeers) {
    this.#context = context;
    this.#peers = peers;
    this.#hubId = peers?.hubId ?? "";
    this.#seal = new StateSeal(peers?.stateKey);
    this.#shares = context.budgets.shares("heldCalls");
    context.budgets.watch("questions", () => ({
      used: Math.max(0, ...[...this.#held.values()].map(({ call }) => call.questions)),
    }));
  }

  handle(bridged: BridgedRequest): void {
    const { request, reply } = bridged;
    const { requestState, inputResponses } = request.params ?? {};
    if (requestState === undefined) {
      this.#start(bridged).catch((error: unknown) => {
        const failure = faultOf(this.#context, error);
        reply.message(failureText(this.#context, request.id, failure, bridged.entry));
      });
      return;
    }
    const state = this.#open(requestState, bridged);
    const responses = isJsonObject(inputResponses) ? inputResponses : {};
    const progressToken = request.params?._meta?.progressToken;
    if (state === undefined) this.#refuse(request.id, reply);
    else if (this.#peers === undefined || state.hub === this.#hubId)
      this.#goOn(state, { id: request.id, responses, progressToken }, bridged.principal.id, reply);
    else
      continueElsewhere(this.#context, {
        peers: this.#peers,
        hubId: state.hub,
        entry: bridged.entry,
        id: request.id,
        answers: {
          kind: "held-answers",
          principalId: bridged.principal.id,
          sharer: reply.peer,
          held: state.held,
          round: state.round,
          id: request.id,
          progressToken,
          inputResponses: responses,
        },
        reply,
      });
  }

  /** Goes on with a call that is held here, whose client has come to another hub. */
  goOnFor(answers: HeldAnswers, reply: Reply): void {
    const { id, inputResponses: responses, progressToken, principalId } = answers;
    this.#goOn(answers, { id, responses, progressToken }, principalId, reply);
  }

  /** How many calls wait for their clients. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Ends the calls of somebody who may ask no more. */
  endOf(principalId: string): void {
    for (const held of [...this.#held.values()])
      if (held.principalId === principalId) held.call.cancel("Its caller has no access any more");
  }

  close(): void {
    for (const { call } of [...this.#held.values()]) call.cancel("The hub is stopping");
  }

  #goOn(
    { held: key, round }: Pick<HeldState, "held" | "round">,
    { id, responses, progressToken }: Brought,
    principalId: string,
    reply: Reply,
  ): void {
    const held = this.#held.get(key);
    const isOwn = held?.principalId === principalId;
    // When two requests come back with the same state, the first one continues the call.
    if (held === undefined || !isOwn || held.call.round !== round || held.call.isWaited) {
      this.#refuse(id, reply);
      return;
    }
    this.#letGo(key);
    held.call.resume(responses);
    held.call.attach(id, progressToken, reply);
  }

  #refuse(id: JsonRpcId, reply: Reply): void {
    const hubs =
      this.#peers === undefined
        ? ""
        : " Hubs on one database need the same key (MCP_HUB_SECRET_KEY_FILE).";
    const message = `This requestState is not valid: the hub did not issue it for this request, or it has expired or was used already. Start the call again.${hubs}`;
    reply.message(errorText(id, { code: codes.invalidParams, message }));
  }

  /** The state that a client brought; undefined when it is not for this request, or does not hold any more. */
  #open(sealed: unknown, bridged: BridgedRequest): HeldState | undefined {
    const state = typeof sealed === "string" ? this.#seal.open(sealed) : undefined;
    if (state?.subject !== subjectOfCall(bridged)) return undefined;
    const isOver = state.hub === this.#hubId && state.expiresAt < this.#context.catalogue.now().hub;
    return isOver ? undefined : state;
  }

  async #start(bridged: BridgedRequest): Promise<void> {
    const context = this.#context;
    const { entry, request, reply, via } = bridged;
    const caller = modernCaller(request, context.identity);
    const over = new AbortController();
    const run: InFlightCall = new InFlightCall(context, {
      peer: reply.peer,
      onOver: () => over.abort(),
      entry,
      id: request.id,
      method: request.method,
      name: bridged.name,
      client: caller.client,
      principal: bridged.principal,
      from: reply.from,
      cameWith: reply.cameWith,
      params: request.params,
      running: bridged.running,
      onUnreached: (failure, running) => {
        if (bridged.onUnreached?.(failure, running) !== true) return false;
        held?.leave();
        return true;
      },
      onFailure: (failure) => {
        if (failure.code === "CALL_TIMED_OUT") held?.tellCancelled("The hub's time limit");
        if (held === undefined) reply.message(failureText(context, request.id, failure, entry));
        else held.fail(failure);
      },
    });
    let link: LegacyLink | undefined;
    let held: ModernToLegacy | undefined;
    let stop = reply.onGone(() => run.cancel());
    const attempt = async (isRetry: boolean): Promise<void> => {
      // A session of its own for each call: no two modern requests share what a server remembers.
      // It begins with the call's place, so that no more are opened than may be in flight.
      const session = await openSession(context, entry, {
        identity: caller.identity,
        via,
        signal: over.signal,
        reach: async (instance) =>
          (await run.reach(instance, over.signal)) ? () => undefined : undefined,
      });
      if (session.kind !== "legacy") {
        void context.refresh(entry.record.id);
        throw new Unreachable({
          code: "SERVER_UNAVAILABLE",
          cause: "it changed while it was called.",
          mayHaveRun: false,
        });
      }
      link = session.link;
      if (run.isOver) return link.close();
      const current = this.#hold(bridged, caller, run);
      const leave = () => current.leave();
      over.signal.addEventListener("abort", leave, { once: true });
      await Promise.all([
        current.start(session.link),
        applyLogLevel(session.link, caller.logLevel, context.limits.handshakeMs, over.signal),
      ]);
      if (run.isOver) return;
      // From here on the call itself says how it ends.
      over.signal.removeEventListener("abort", leave);
      held = current;
      stop();
      held.attach(request.id, request.params?._meta?.progressToken, reply);
      const asked = { ...request, params: legacyParams(request.params) };
      const again = (failure: GatewayFailure) => {
        const { instance } = session.link;
        instance.forgetLegacySessions();
        if (context.instances.isRetryVain(entry, instance)) return run.fail(failure);
        current.leave();
        // Until the next attempt stands, the reply is nobody else's.
        held = undefined;
        stop = reply.onGone(() => run.cancel());
        void attempt(true).catch(refuse);
      };
      run.send(session.link.instance, (meta) =>
        session.link.request(
          asked,
          heldReceiver(current, run, session.link.instance, isRetry ? undefined : again),
          tracedText(textWithArguments(asked, bridged.argumentsText()), meta),
        ),
      );
    };
    const refuse = (error: unknown) =>
      run.fail(error instanceof Unreachable ? error.failure : faultOf(context, error));
    await attempt(false).catch(refuse);
  }

  #hold(bridged: BridgedRequest, caller: ModernCaller, run: InFlightCall): ModernToLegacy {
    const { entry, request, rewrites } = bridged;
    const id = randomBytes(16).toString("base64url");
    const subject = subjectOfCall(bridged);
    const { peer } = bridged.reply;
    const kept = new KeptBytes(this.#context.budgets, peer);
    const held = new ModernToLegacy({
      failureText: (id, failure) => failureText(this.#context, id, failure, entry),
      request,
      caller,
      run,
      rewrites,
      budgets: this.#context.budgets,
      hold: (round, bytes, requestId) => {
        const { budgets, catalogue, limits } = this.#context;
        let full: "heldBytes" | "heldCalls" | undefined;
        if (!kept.take(bytes)) full = "heldBytes";
        else if (!this.#wait(id, held, bridged)) full = "heldCalls";
        if (full !== undefined)
          return refuseMore(budgets, full, requestId, kept.tooMuch, retryAfterMs);
        const expiresAt = catalogue.now().hub + limits.holdMs;
        return this.#seal.seal({ hub: this.#hubId, held: id, round, subject, expiresAt });
      },
      kept,
      onOver: () => {
        this.#letGo(id);
        this.#held.delete(id);
      },
      onListChanged: () => void this.#context.refresh(entry.record.id),
    });
    return held;
  }

  /** Keeps a call until its client comes back, or for so long; false when too many wait. */
  #wait(id: string, held: ModernToLegacy, { principal, reply }: BridgedRequest): boolean {
    const { peer } = reply;
    const { faults, limits } = this.#context;
    // A call that waits for a person counts as use.
    const place = { isUsed: true, end: () => held.cancel("Its place was needed") };
    if (!this.#shares.admit(peer, place)) return false;
    const timer = setTimeout(
      () => faults.contain(() => held.cancel("The client did not come back with its answer")),
      limits.holdMs,
    );
    this.#held.set(id, { call: held, principalId: principal.id });
    this.#waiting.set(id, () => {
      clearTimeout(timer);
      this.#shares.leave(peer, place);
    });
    return true;
  }

  /** Its client came back, or it is over. */
  #letGo(id: string): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }
}

function subjectOfCall({ entry, request, principal }: BridgedRequest): string {
  const { name, uri, arguments: given } = request.params ?? {};
  return subjectOf(principal.id, request.method, entry.record.id, { name, uri, given });
}

/** Without the envelope, and without what only the rounds of the modern revision know. */
function legacyParams(params: Params | undefined): Params {
  const { inputResponses: _, requestState: __, ...rest } = withoutEnvelope(params) ?? {};
  return rest;
}
