import type { HubShare, ReportChannel } from "@hub/core/hubs";
import type { JsonValue } from "@hub/core/json";

/**
 * Why a server is to be probed: somebody wants to know how it is `now`; something changed, so that only a probe
 * counts that begins `again`; or the server said itself that it `changed`.
 */
type Wish = "now" | "again" | "changed";

type Asked = { readonly id: number; readonly serverId: string; readonly wish: Wish };

/** `done`: ids of what other hubs asked for, each with the hub's part of its name. */
type Said = {
  readonly asked: readonly Asked[];
  readonly done: readonly string[];
  readonly by: string;
};

export type AskingOptions = {
  readonly hubId: string;
  readonly share: HubShare;
  readonly hurry: () => void;
  /** What this hub does for a wish about a server that it looks after. Resolves when that is recorded. */
  readonly fulfil: (serverId: string, wish: Wish) => Promise<void>;
  /** How long another hub may take, in milliseconds. */
  readonly patienceMs: number;
};

/** Probes out of turn: done by the hub that looks after the server, wherever they are asked for. */
export class Asking implements ReportChannel {
  readonly #options: AskingOptions;
  readonly #waiting = new Map<string, () => void>();
  /** What was asked and not yet said to other hubs, by wish and server. */
  readonly #unsaid = new Map<string, Promise<void>>();
  #asked: Asked[] = [];
  #done: string[] = [];
  #lastId = 0;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /**
   * Resolves when this hub knows what the probe saw, or after the time that another one may take. Rejects as
   * `fulfil` does. Those who ask another hub for the same, before it heard of it, wait together: a server may say
   * thousands of times at once that it changed.
   */
  ask(serverId: string, wish: Wish): Promise<void> {
    const { share, fulfil } = this.#options;
    // A hub that is cut off can ask nobody else.
    if (share.looksAfter(serverId) || share.isCutOff) return fulfil(serverId, wish);
    const key = `${wish} ${serverId}`;
    const asked = this.#unsaid.get(key) ?? this.#askAnother(serverId, wish);
    this.#unsaid.set(key, asked);
    return asked;
  }

  async #askAnother(serverId: string, wish: Wish): Promise<void> {
    const { hurry, hubId, patienceMs } = this.#options;
    this.#lastId += 1;
    const id = this.#lastId;
    this.#asked.push({ id, serverId, wish });
    hurry();
    const name = `${hubId} ${id}`;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      timer.unref();
      this.#waiting.set(name, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#waiting.delete(name);
  }

  take(): JsonValue | undefined {
    if (this.#asked.length + this.#done.length === 0) return undefined;
    const said: Said = { asked: this.#asked, done: this.#done, by: this.#options.hubId };
    this.#asked = [];
    this.#done = [];
    this.#unsaid.clear();
    return said;
  }

  hear(said: JsonValue): void {
    const { share, fulfil, hurry } = this.#options;
    // What hubs write is what they read.
    const { asked, done, by } = said as Said;
    for (const name of done) this.#waiting.get(name)?.();
    for (const { id, serverId, wish } of asked) {
      if (!share.looksAfter(serverId)) continue;
      const tell = () => {
        this.#done.push(`${by} ${id}`);
        hurry();
      };
      // It may be gone; then there is nothing to wait for either.
      fulfil(serverId, wish).then(tell, tell);
    }
  }
}
