import { about } from "./about.js";
import { admissionStateOf } from "./admission.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { type Entry, refOf } from "./entry.js";
import type { Now } from "./health.js";
import { withoutInstances } from "./leave.js";
import type { HubSettings } from "./settings.js";
import type { WriteDraft } from "./write-draft.js";

type ForgettingOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly settings: HubSettings;
};

/** Drops what has been gone for so long that nobody waits for it. */
export function forgetGone(
  { catalogue, queue, settings }: ForgettingOptions,
  entry: Entry,
  now: Now,
): void {
  const isOver = (since: number | undefined) =>
    since !== undefined && now.steady - since >= settings.forgetAfterMs;
  const { record } = entry;
  // Forgetting that somebody said no would undo it.
  if (admissionStateOf(record) === "refused") return;
  const gone = entry.instances
    .filter((one) => one.health.status === "down" && isOver(one.record.downSince))
    .map((one) => one.record);
  if (gone.length === 0 && !(record.instances.length === 0 && isOver(record.emptySince))) return;
  const note = (run: (draft: WriteDraft) => void) =>
    queue.note({ key: `forget\n${record.id}`, bytes: record.id.length, run });
  note((draft) => {
    const current = draft.get(record.id);
    if (current === undefined || current.version !== record.version) return;
    // One of them may have come back while this waited for the store.
    if (gone.some((one) => catalogue.instance(record.id, one.id)?.health.status !== "down")) return;
    if (gone.length === current.instances.length) {
      draft.remove(current.id);
      draft.tell({
        event: { kind: "forgotten", ...about(current, now), reason: "down-too-long" },
      });
      return;
    }
    draft.put(withoutInstances(current, new Set(gone.map((one) => one.id)), now));
    for (const one of gone) {
      draft.tell({
        event: {
          kind: "forgotten",
          ...about(current, now),
          instance: refOf(one),
          reason: "down-too-long",
        },
      });
    }
  });
}
