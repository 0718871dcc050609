import { about } from "./about.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { type Entry, type EntryRecord, type Instance, refOf, serverStatus } from "./entry.js";
import { fixFor, reasonFor } from "./explain.js";
import type { Health, InstanceStatus, Now } from "./health.js";
import type { HubShare } from "./hubs/hub-share.js";
import { judge, withStatus } from "./judge.js";
import { withDownSince } from "./leave.js";
import type { HubSettings } from "./settings.js";
import type { WriteDraft } from "./write-draft.js";

export type StatusChangesOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly settings: HubSettings;
  readonly share: HubShare;
  /** An instance that this hub looks after was observed. `isNews`: its status is another. */
  readonly onObserved: (serverId: string, instanceId: string, isNews: boolean) => void;
};

/** What observations make of an instance: they hold at once, and another status is told and written down. */
export class StatusChanges {
  readonly #options: StatusChangesOptions;
  /** The status of each instance that the journal says, where several hubs tell. */
  readonly #told = new Map<string, InstanceStatus>();
  /** The same as a write will leave it, while it is put together. */
  readonly #drafted = new WeakMap<WriteDraft, Map<string, InstanceStatus>>();

  constructor(options: StatusChangesOptions) {
    this.#options = options;
  }

  /**
   * Takes a new observation of an instance over, and tells when its status is another. Of what another hub looks
   * after it tells nothing: that hub will.
   */
  observe(entry: Entry, instance: Instance, observed: Health, now: Now, mayGoDown: boolean): void {
    const { catalogue, settings, share, onObserved } = this.#options;
    const status = judge(observed, now.hub, settings, mayGoDown);
    const health = withStatus(observed, status, now);
    if (health === instance.health) return;
    const serverId = entry.record.id;
    catalogue.setHealth(serverId, instance.record.id, health);
    if (!share.looksAfter(serverId)) return;
    const isNews = instance.health.status !== status;
    onObserved(serverId, instance.record.id, isNews);
    if (isNews) this.tell(entry, instance, health, now, () => share.owns(serverId));
  }

  /** The journal says a status, or another hub does. */
  wasTold(serverId: string, instanceId: string, status: InstanceStatus): void {
    if (this.#options.share.isShared) this.#told.set(`${serverId}\n${instanceId}`, status);
  }

  /** So it was when this hub first saw it: nobody needs to be told. */
  begin(serverId: string, instanceId: string, status: InstanceStatus): void {
    if (!this.#told.has(`${serverId}\n${instanceId}`)) this.wasTold(serverId, instanceId, status);
  }

  /** An entry goes, and what was told of it. */
  forget({ id, instances }: EntryRecord): void {
    for (const instance of instances) this.#told.delete(`${id}\n${instance.id}`);
  }

  /** This hub decides about an entry from now on: what was observed and nobody told is told. */
  claim(serverId: string, now: Now): void {
    const { catalogue, queue, onObserved } = this.#options;
    const compare = () => {
      const entry = catalogue.get(serverId);
      for (const instance of entry?.instances ?? []) {
        onObserved(serverId, instance.record.id, false);
        if (entry === undefined || !this.#told.has(`${serverId}\n${instance.record.id}`)) continue;
        this.tell(entry, instance, instance.health, now);
      }
    };
    // After what waits to be told.
    queue.note({ bytes: 0, run: () => {}, onWritten: compare });
  }

  /** Tells, and writes down what must survive a restart, that an instance has another status now. */
  tell(
    entry: Entry,
    instance: Instance,
    health: Health,
    now: Now,
    mayTell: () => boolean = () => true,
  ): void {
    const { catalogue, queue, share } = this.#options;
    const serverId = entry.record.id;
    const key = `${serverId}\n${instance.record.id}`;
    const { status } = health;
    const fix = fixFor(health, status);
    const event = {
      kind: "status-changed" as const,
      ...about(entry.record, now),
      instance: refOf(instance.record),
      from: instance.health.status,
      to: status,
      serverStatus: serverStatus(catalogue.get(serverId)?.instances ?? []),
      reason: reasonFor(health, status, now.hub),
      ...(fix === undefined ? {} : { fix }),
    };
    let isTold = false;
    const onWritten = () => {
      if (isTold) this.wasTold(serverId, instance.record.id, status);
    };
    const note = (run: (draft: WriteDraft) => void) =>
      queue.note({ bytes: JSON.stringify(event).length, run, onWritten });
    note((draft) => {
      isTold = mayTell();
      if (!isTold) return;
      const record = draft.get(serverId);
      const stored = record?.instances.find((one) => one.id === instance.record.id);
      // It left before this could be told; another may have come under its id since.
      if (record === undefined || stored?.registeredAt !== instance.record.registeredAt) return;
      // Where several hubs tell, the journal knows best what was told before.
      const drafted = this.#drafted.get(draft) ?? new Map<string, InstanceStatus>();
      const from = drafted.get(key) ?? this.#told.get(key) ?? event.from;
      if (share.isShared) this.#drafted.set(draft, drafted.set(key, status));
      if (from !== status) draft.tell({ event: { ...event, from } });
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
