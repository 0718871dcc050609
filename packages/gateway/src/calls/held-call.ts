import type { Entry, Toolset } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { JsonRpcId } from "@hub/mcp";
import type { Selection } from "../catalogue/selection.js";
import { isStillShown } from "../catalogue/still-shown.js";
import type { GatewayFailure } from "../errors.js";
import type { Reply } from "../reply/reply.js";
import { hubCallError } from "../traffic/call-trace.js";
import type { RunningCall } from "../traffic/counted-call.js";
import { failureText, faultOf } from "../upstream/call-failures.js";
import type { GatewayContext } from "../upstream/context.js";
import type { Place } from "../upstream/restart-queue.js";
import type { WaitingCall } from "../upstream/restarts.js";
import type { MayWait } from "./may-wait.js";
import { PatienceNotices } from "./patience-notices.js";
import { mayRepeat } from "./safe-repeat.js";

export type HeldCallOptions = {
  readonly entry: Entry;
  readonly id: JsonRpcId;
  readonly method: string;
  readonly name: string | undefined;
  readonly client: string | undefined;
  readonly principal: Principal;
  readonly params: unknown;
  /** The toolset that it came by, if it came by one. */
  readonly toolset?: Toolset | undefined;
  /** How long the request is. */
  readonly bytes: number;
  readonly reply: Reply;
  /** Its client asked for progress under this token, and takes a stream of events. Default: it did not. */
  readonly progressToken?: unknown;
  /** The HTTP status of a failure of the hub's. Default: 200, as JSON-RPC has it. */
  readonly statusOf?: (failure: GatewayFailure) => number;
  /** What the endpoint shows its caller now: what that has not any more is not sent. Default: `send` judges that. */
  readonly selection?: () => Selection;
  /** Sends it to its server as that is now, with what lets it wait once more. */
  readonly send: (entry: Entry, held: HeldCall) => void;
  /** Lets its client take it back with a message. Returns how to stop. Default: it cannot. */
  readonly onWait?: (cancel: () => void) => () => void;
};

/** A call that has waited for its server at the server's own endpoint, and that server as it is now. */
export type Waited = { readonly held: HeldCall; readonly entry: Entry };

/** What is kept of a call beside its text. */
const ownBytes = 2_048;

/** One call that waits for its server, and its answer when that does not come back. */
export class HeldCall implements WaitingCall {
  readonly serverId: string;
  readonly peer: string;
  readonly principalId: string;
  readonly bytes: number;
  readonly isGreeting: boolean;
  readonly reply: Reply;
  place: Place | undefined;
  readonly #context: GatewayContext;
  readonly #options: HeldCallOptions;
  readonly #notices: PatienceNotices | undefined;
  #running: RunningCall | undefined;
  /** It was sent, and may have run. */
  #wasSent = false;
  #stops: (() => void)[] = [];

  constructor(context: GatewayContext, options: HeldCallOptions) {
    const { entry, method, principal, reply, bytes, progressToken } = options;
    this.#context = context;
    this.#options = options;
    this.serverId = entry.record.id;
    this.peer = reply.peer;
    this.principalId = principal.id;
    this.bytes = bytes + ownBytes;
    this.isGreeting = method === "initialize" || method === "server/discover";
    this.reply = reply;
    const isAsked = typeof progressToken === "string" || typeof progressToken === "number";
    this.#notices = isAsked ? new PatienceNotices(progressToken, entry.record.name) : undefined;
  }

  /** How it waits once more, when it is refused again. */
  get waits(): MayWait {
    return {
      running: this.#running,
      onUnreached: (failure, running) => this.wait(failure, running),
    };
  }

  /**
   * Begins to wait; false when it may not. `failure` and `running`: it was tried. What was sent waits only
   * where it may be repeated, and is so once.
   */
  wait(failure?: GatewayFailure, running?: RunningCall): boolean {
    const { entry, id, method, name, client, principal, params, reply, toolset, onWait } =
      this.#options;
    const { from, cameWith } = reply;
    const { restarts, traffic } = this.#context;
    const wasSent = failure !== undefined && failure.isAway !== true;
    if (wasSent && (this.#wasSent || !mayRepeat(entry, method, name, params, toolset)))
      return false;
    if (!reply.isOpen || !restarts.hold(this, entry, failure)) return false;
    this.#wasSent ||= wasSent;
    this.#running =
      running ??
      this.#running ??
      traffic.begin(this.serverId, method, name, {
        id,
        client,
        principal,
        from,
        cameWith,
        params,
      });
    const cancel = () => {
      restarts.leave(this);
      this.cancel();
    };
    this.#stops = [reply.onGone(cancel)];
    const stop = onWait?.(cancel);
    if (stop !== undefined) this.#stops.push(stop);
    return true;
  }

  send(entry: Entry): void {
    this.#stopWatching();
    const { method, name, selection } = this.#options;
    if (selection !== undefined && !isStillShown(selection(), entry, method, name)) {
      const cause = "It is not offered here any more: that changed while the call waited.";
      this.fail({ code: "SERVER_UNAVAILABLE", cause, mayHaveRun: false }, entry);
      return;
    }
    try {
      this.#options.send(entry, this);
    } catch (error) {
      this.fail(faultOf(this.#context, error), entry);
    }
  }

  fail(failure: GatewayFailure, entry: Entry | undefined): void {
    this.#stopWatching();
    this.#running?.end("hub-error", hubCallError(failure.code));
    const { id, reply, statusOf } = this.#options;
    const told = this.#wasSent ? { ...failure, mayHaveRun: true } : failure;
    const text = failureText(this.#context, id, told, entry ?? this.#options.entry);
    const isStopping = failure.code === "HUB_STOPPING";
    const status = isStopping ? 503 : (statusOf?.(failure) ?? 200);
    reply.message(text, status, isStopping ? { "retry-after": "5" } : {});
  }

  /** It is answered without being sent: its server takes no such call any more. */
  refuse(text: string, status: number): void {
    this.#running?.end("error");
    this.#options.reply.message(text, status);
  }

  /**
   * The hub itself answers now, in place of its server. False where a stream has begun, which no other answer can
   * follow: then it has failed.
   */
  leaveToHub(entry: Entry): boolean {
    if (this.reply.isStream) {
      const cause = "It was replaced by a server of another revision while the call waited.";
      this.fail({ code: "SERVER_UNAVAILABLE", cause, mayHaveRun: false }, entry);
      return false;
    }
    this.#running?.end("ok");
    return true;
  }

  cancel(): void {
    this.#stopWatching();
    this.#running?.end("cancelled");
    // A stream that ends: nobody expects an answer to what was taken back.
    this.reply.openStream();
    this.reply.end();
  }

  stillWaits(now: number): void {
    if (this.#notices !== undefined && this.place !== undefined)
      this.#notices.tell(this.reply, this.place, now);
  }

  #stopWatching(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}
