import { settingOf } from "@hub/core/limits";
import type { UpstreamExchange, UpstreamReceiver } from "@hub/core/upstream";
import { peerRefusals } from "./peer-door.js";
import { isEqual, peerHeader } from "./peer-seal.js";

export type PeerAnswerOptions = {
  readonly receiver: UpstreamReceiver;
  /** What the answer must carry, which only a hub can know. */
  readonly mark: string;
  readonly onOver: () => void;
};

/** The code of a failure by which it is not known whether the other hub heard anything. */
export const noSignOfLife = "PEER_SILENT";

/** The code of a failure that would be the same again: the hub takes no such message. */
export const refusedByHub = "PEER_REFUSED";

/** The code of a failure that would be the same again until somebody mends it: it takes no request of this hub. */
export const unprovedToHub = "PEER_UNPROVED";

/** Why a hub that proved to be one does not take a request at all. */
const refusals: ReadonlyMap<number, string> = new Map([
  [
    peerRefusals.tooLarge,
    `it takes no message of that size; give all hubs the same ${settingOf("clientMessageBytes")}`,
  ],
  [peerRefusals.unknown, "it is of another version, and does not know what it was asked"],
]);

const unproved = (status: number) =>
  status === 401
    ? "it has another key (MCP_HUB_SECRET_KEY_FILE)"
    : "what answers at its address is not that hub";

/** The answer of another hub, which must prove that it is one. */
export class PeerAnswer implements UpstreamReceiver, UpstreamExchange {
  exchange: UpstreamExchange | undefined;
  readonly #options: PeerAnswerOptions;
  #isOver = false;

  constructor(options: PeerAnswerOptions) {
    this.#options = options;
  }

  onHead(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    const given = headers[peerHeader];
    const { mark, receiver } = this.#options;
    const isProved = typeof given === "string" && isEqual(given, mark);
    const detail = isProved ? refusals.get(status) : unproved(status);
    const code = isProved ? refusedByHub : status === 401 ? unprovedToHub : "PEER";
    if (detail === undefined) receiver.onHead(status, headers);
    else this.#fail({ neverSent: isProved || status === 401, code, detail });
  }

  onData(chunk: Buffer): void {
    if (!this.#isOver) this.#options.receiver.onData(chunk);
  }

  onEnd(): void {
    if (this.#end()) this.#options.receiver.onEnd();
  }

  onFailure(failure: Parameters<UpstreamReceiver["onFailure"]>[0]): void {
    if (this.#end()) this.#options.receiver.onFailure(failure);
  }

  /** Its hub is gone, or gives no sign of life. */
  giveUp(why: "gone" | "silent"): void {
    const detail = why === "gone" ? "it is gone" : "it gives no sign of life";
    this.#fail({ neverSent: false, code: why === "gone" ? "PEER" : noSignOfLife, detail });
  }

  abort(): void {
    if (this.#end()) this.exchange?.abort();
  }

  pause(): void {
    this.exchange?.pause();
  }

  resume(): void {
    this.exchange?.resume();
  }

  #fail(failure: Parameters<UpstreamReceiver["onFailure"]>[0]): void {
    if (!this.#end()) return;
    this.exchange?.abort();
    this.#options.receiver.onFailure(failure);
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#options.onOver();
    return true;
  }
}
