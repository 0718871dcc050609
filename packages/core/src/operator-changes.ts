import { about } from "./about.js";
import type { Asker } from "./audit.js";
import { editAudit } from "./audit-lines.js";
import type { CommitQueue } from "./commit-queue.js";
import { serverNotFound } from "./departures.js";
import type { EditChange } from "./edits.js";
import type { EntryRecord } from "./entry.js";
import type { CredentialsChanged } from "./events.js";
import type { Now } from "./health.js";
import { mended } from "./mend.js";
import type { WriteDraft } from "./write-draft.js";

export type OperatorChangesOptions = {
  readonly queue: CommitQueue;
  readonly now: () => Now;
};

/** What operators change of a server that it did not say itself. */
export class OperatorChanges {
  readonly #options: OperatorChangesOptions;

  constructor(options: OperatorChangesOptions) {
    this.#options = options;
  }

  /** See `Registry.edit`. */
  edit(
    serverId: string,
    change: EditChange,
    mayEdit: (record: EntryRecord) => void,
    by: Asker,
  ): Promise<void> {
    return this.#change(serverId, (draft, record, now) => {
      mayEdit(record);
      const result = mended(record, change, now);
      if (result === undefined) return;
      draft.put(result.record);
      draft.tell({ event: { kind: "edited", ...about(record, now), changed: result.changed } });
      draft.audit(editAudit(record, result.record, by, now.wall));
    });
  }

  /** See `Registry.tellCredentials`. */
  tellCredentials(
    serverId: string,
    { change, names }: Pick<CredentialsChanged, "change" | "names">,
  ): Promise<void> {
    return this.#change(serverId, (draft, record, now) =>
      draft.tell({
        event: { kind: "credentials-changed", ...about(record, now), change, names },
      }),
    );
  }

  #change(
    serverId: string,
    run: (draft: WriteDraft, record: EntryRecord, now: Now) => void,
  ): Promise<void> {
    const { queue, now } = this.#options;
    return queue.execute((draft) => {
      const record = draft.get(serverId);
      if (record === undefined) throw serverNotFound(serverId);
      run(draft, record, now());
    });
  }
}
