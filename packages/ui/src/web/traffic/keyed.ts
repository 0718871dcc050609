import type { Call } from "@hub/api";

/**
 * Nothing names a call but what is told of it, and two may be alike. Of those the older has the lower
 * number, so that a new call on top changes no key.
 */
export function keyed(calls: readonly Call[]): readonly (readonly [key: string, call: Call])[] {
  const seen = new Map<string, number>();
  return calls
    .toReversed()
    .map((call) => {
      const key = `${call.at} ${call.serverId} ${call.method} ${call.name} ${call.durationMs}`;
      const before = seen.get(key) ?? 0;
      seen.set(key, before + 1);
      return [`${key} ${before}`, call] as const;
    })
    .toReversed();
}
