import { about } from "./about.js";
import type { Judge } from "./admission.js";
import { type AdmissionRules, ruleFor } from "./admission-rules.js";
import type { Asker } from "./audit.js";
import { judgementAudit } from "./audit-lines.js";
import type { Catalogue } from "./catalogue.js";
import type { CommitQueue } from "./commit-queue.js";
import { serverNotFound } from "./departures.js";
import type { EntryRecord } from "./entry.js";
import { refOf } from "./entry.js";
import type { Now } from "./health.js";
import { withoutInstances } from "./leave.js";
import type { WriteDraft } from "./write-draft.js";

export type JudgementOptions = {
  readonly catalogue: Catalogue;
  readonly queue: CommitQueue;
  readonly rules: AdmissionRules;
  readonly now: () => Now;
};

/** Throws when the record as it is at that moment may not be judged. */
export type MayJudge = (record: EntryRecord) => void;

/** Lets names in, and refuses them. */
export class Judgement {
  readonly #options: JudgementOptions;

  constructor(options: JudgementOptions) {
    this.#options = options;
  }

  /** See `Registry.admit`. */
  async admit(serverId: string, by: Asker, mayJudge: MayJudge): Promise<void> {
    await this.#options.queue.execute((draft) => {
      const record = this.#recordOf(draft, serverId);
      mayJudge(record);
      const judged = this.#admit(draft, record, by.who);
      if (judged !== undefined)
        draft.audit(judgementAudit("admit", record, judged, by, this.#options.now().wall));
    });
  }

  /** See `Registry.refuse`. */
  async refuse(
    serverId: string,
    by: Asker,
    reason: string | undefined,
    mayJudge: MayJudge,
  ): Promise<void> {
    await this.#options.queue.execute((draft) => {
      const record = this.#recordOf(draft, serverId);
      mayJudge(record);
      if (record.admission?.state === "refused" && record.admission.reason === reason) return;
      const now = this.#options.now();
      const why = reason === undefined ? {} : { reason };
      // Those who saw it hear that it goes; so what is told is about what it was.
      const said = about(record, now);
      for (const instance of record.instances)
        draft.tell({
          event: { kind: "deregistered", ...said, instance: refOf(instance), reason: "removed" },
        });
      draft.tell({ event: { kind: "refused", ...said, by: by.who, ...why } });
      const all = new Set(record.instances.map(({ id }) => id));
      const refused: EntryRecord = {
        ...withoutInstances(record, all, now),
        admission: { state: "refused", at: now.wall, by: by.who, ...why },
      };
      draft.put(refused);
      draft.audit(judgementAudit("refuse", record, refused, by, now.wall));
    });
  }

  /** Lets in what waits and would not wait under the rules as they are now. Written down when the store can. */
  applyRules(): void {
    const { catalogue, queue, rules } = this.#options;
    for (const { record } of catalogue.list()) {
      const rule = ruleFor(rules, record.id);
      if (record.admission?.state !== "waiting" || rule === undefined) continue;
      queue.note({
        key: `admit\n${record.id}`,
        bytes: record.id.length,
        run: (draft) => {
          const current = draft.get(record.id);
          if (current?.admission?.state === "waiting") this.#admit(draft, current, rule);
        },
      });
    }
  }

  #recordOf(draft: WriteDraft, serverId: string): EntryRecord {
    const record = draft.get(serverId);
    if (record === undefined) throw serverNotFound(serverId);
    return record;
  }

  #admit(draft: WriteDraft, record: EntryRecord, by: Judge): EntryRecord | undefined {
    const { admission } = record;
    if (admission === undefined || admission.state === "admitted") return undefined;
    const now = this.#options.now();
    const admitted: EntryRecord = {
      ...record,
      admission: { state: "admitted", at: now.wall, by },
      updatedAt: now.wall,
      revision: record.revision + 1,
      version: record.version + 1,
      // It has as long to come as one that has just left.
      ...(record.instances.length === 0 ? { emptySince: now.steady } : {}),
    };
    draft.put(admitted);
    draft.tell({ event: { kind: "admitted", ...about(admitted, now), by } });
    return admitted;
  }
}
