import { about } from "./about.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { type Entry, type Instance, refOf, serverStatus } from "./entry.js";
import type { HubEvent } from "./events.js";
import { fixFor, reasonFor } from "./explain.js";
import type { Health, Now } from "./health.js";
import { judge, withStatus } from "./judge.js";
import { withDownSince } from "./leave.js";
import type { HubSettings } from "./settings.js";
import type { WriteDraft } from "./write-draft.js";

export type StatusChangesOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly settings: HubSettings;
};

/** What observations make of an instance: they hold at once, and another status is told and written down. */
export class StatusChanges {
  readonly #options: StatusChangesOptions;

  constructor(options: StatusChangesOptions) {
    this.#options = options;
  }

  /** Takes a new observation of an instance over, and tells when its status is another. */
  observe(entry: Entry, instance: Instance, observed: Health, now: Now, mayGoDown: boolean): void {
    const { catalogue, settings } = this.#options;
    const status = judge(observed, now.hub, settings, mayGoDown);
    const health = withStatus(observed, status, now);
    if (health === instance.health) return;
    catalogue.setHealth(entry.record.id, instance.record.id, health);
    if (instance.health.status !== status) this.tell(entry, instance, health, now);
  }

  /** Tells, and writes down what must survive a restart, that an instance has another status now. */
  tell(entry: Entry, instance: Instance, health: Health, now: Now): void {
    const { catalogue, queue } = this.#options;
    const serverId = entry.record.id;
    const { status } = health;
    const fix = fixFor(health, status);
    const event: HubEvent = {
      kind: "status-changed",
      ...about(entry.record, now),
      instance: refOf(instance.record),
      from: instance.health.status,
      to: status,
      serverStatus: serverStatus(catalogue.get(serverId)?.instances ?? []),
      reason: reasonFor(health, status, now.hub),
      ...(fix === undefined ? {} : { fix }),
    };
    const note = (run: (draft: WriteDraft) => void) =>
      queue.note({ bytes: JSON.stringify(event).length, run });
    note((draft) => {
      const record = draft.get(serverId);
      const stored = record?.instances.find((one) => one.id === instance.record.id);
      // It left before this could be told; another may have come under its id since.
      if (record === undefined || stored?.registeredAt !== instance.record.registeredAt) return;
      draft.tell({ event });
      const downSince =
        status === "down"
          ? (stored.downSince ?? now.steady)
          : status === "up" || status === "needs-token"
            ? undefined
            : stored.downSince;
      if (downSince !== stored.downSince) draft.put(withDownSince(record, stored.id, downSince));
    });
  }
}
