import type { ReportChannel } from "@hub/core/hubs";
import type { JsonValue } from "@hub/core/json";

/** `wanted`: what other hubs have stored before is to be read. `done`: up to which such wish of each hub it was. */
type Said = {
  readonly wanted?: number;
  readonly done: readonly (readonly [hubId: string, wanted: number])[];
};

export type CatchingUpOptions = {
  readonly hubId: string;
  /** Every hub that lives, this one or not. */
  readonly present: () => readonly string[];
  /** What is to be said now is worth a report of its own. */
  readonly hurry: () => void;
  /** Reads what was stored before. Resolves with whether it could. Never rejects. */
  readonly catchUp: () => Promise<boolean>;
  /** How long other hubs may take, in milliseconds. Default: two seconds. */
  readonly patienceMs?: number;
};

type Wait = {
  readonly wanted: number;
  readonly missing: Set<string>;
  readonly isOver: Promise<void>;
  readonly end: () => void;
};

/** Whether what this hub knows is known to all: for those who hear of it here, and may ask another hub next. */
export class CatchingUp implements ReportChannel {
  readonly #options: CatchingUpOptions;
  readonly #waits = new Set<Wait>();
  /** That which the next report begins. */
  #unsaid: Wait | undefined;
  #done = new Map<string, number>();
  #last = 0;
  /** Hubs that were waited for in vain, and are not again before they have answered. */
  readonly #late = new Set<string>();

  constructor(options: CatchingUpOptions) {
    this.#options = options;
  }

  /**
   * Resolves when every other hub has read what is stored now, or was given its time. At once where there is no other
   * hub. Those who ask before others heard of it wait together. Never rejects.
   */
  everywhere(): Promise<void> {
    const { hubId, present, hurry } = this.#options;
    const others = present().filter((id) => id !== hubId);
    if (others.length === 0) return Promise.resolve();
    if (this.#unsaid === undefined) {
      this.#unsaid = this.#begin(others.filter((id) => !this.#late.has(id)));
      hurry();
    }
    return this.#unsaid.isOver;
  }

  take(): JsonValue | undefined {
    this.#forgetGone();
    const wanted = this.#unsaid?.wanted;
    if (wanted === undefined && this.#done.size === 0) return undefined;
    const said: Said = { ...(wanted === undefined ? {} : { wanted }), done: [...this.#done] };
    this.#unsaid = undefined;
    this.#done = new Map();
    return said;
  }

  hear(said: JsonValue, _agoMs: number, hubId: string): void {
    const { hubId: own, catchUp, hurry } = this.#options;
    // What hubs write is what they read.
    const { wanted, done } = said as Said;
    for (const [asked, upTo] of done) if (asked === own) this.#caughtUp(hubId, upTo);
    if (wanted === undefined) return;
    void catchUp().then((isRead) => {
      // Who asks gives up, and takes this hub for late, which it is.
      if (!isRead) return;
      this.#done.set(hubId, Math.max(wanted, this.#done.get(hubId) ?? 0));
      hurry();
    });
  }

  #begin(others: readonly string[]): Wait {
    const { patienceMs = 2_000 } = this.#options;
    this.#last += 1;
    let resolve = () => {};
    const isOver = new Promise<void>((onOver) => {
      resolve = onOver;
    });
    const timer = setTimeout(() => {
      for (const id of wait.missing) this.#late.add(id);
      wait.end();
    }, patienceMs).unref();
    const wait: Wait = {
      wanted: this.#last,
      missing: new Set(others),
      isOver,
      end: () => {
        clearTimeout(timer);
        this.#waits.delete(wait);
        resolve();
      },
    };
    this.#waits.add(wait);
    // It is asked all the same: an answer says that it is late no more.
    if (others.length === 0) wait.end();
    return wait;
  }

  /** A hub that has left has nothing to read any more. */
  #forgetGone(): void {
    if (this.#waits.size + this.#late.size === 0) return;
    const present = new Set(this.#options.present());
    for (const id of this.#late) if (!present.has(id)) this.#late.delete(id);
    for (const wait of this.#waits)
      for (const id of wait.missing) if (!present.has(id)) this.#isMissingNoMore(wait, id);
  }

  #isMissingNoMore(wait: Wait, hubId: string): void {
    wait.missing.delete(hubId);
    if (wait.missing.size === 0) wait.end();
  }

  #caughtUp(hubId: string, upTo: number): void {
    this.#late.delete(hubId);
    for (const wait of this.#waits) if (wait.wanted <= upTo) this.#isMissingNoMore(wait, hubId);
  }
}
