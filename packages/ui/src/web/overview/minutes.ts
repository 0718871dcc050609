import type { HubHistory } from "@hub/api";

type Step = { readonly calls: number; readonly errors: number };

/** Every step of a history, those without calls as well, which it leaves out. */
export function minutesOf({
  from,
  until,
  stepMs,
  slots,
}: Pick<HubHistory, "from" | "until" | "stepMs" | "slots">): readonly Step[] {
  const first = Math.floor(Date.parse(from) / stepMs);
  const count = Math.max(0, Math.ceil(Date.parse(until) / stepMs) - first);
  const steps: Step[] = Array.from({ length: count }, () => ({ calls: 0, errors: 0 }));
  for (const { at, calls, errors } of slots) {
    const index = Math.floor(Date.parse(at) / stepMs) - first;
    if (index >= 0 && index < count) steps[index] = { calls, errors };
  }
  return steps;
}
