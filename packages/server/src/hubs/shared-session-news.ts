import type { ReportChannel } from "@hub/core/hubs";
import type { JsonValue } from "@hub/core/json";
import type { Gateway } from "@hub/gateway";

/** Which sessions changed at one hub, for that at which their clients listen. */
export class SharedSessionNews implements ReportChannel {
  readonly #gateway: () => Pick<Gateway, "takeSessions" | "hearSessions">;

  constructor(gateway: () => Pick<Gateway, "takeSessions" | "hearSessions">) {
    this.#gateway = gateway;
  }

  take(): JsonValue | undefined {
    const changed = this.#gateway().takeSessions();
    return changed.length === 0 ? undefined : changed;
  }

  hear(said: JsonValue): void {
    // What hubs write is what they read.
    this.#gateway().hearSessions(said as readonly string[]);
  }
}
