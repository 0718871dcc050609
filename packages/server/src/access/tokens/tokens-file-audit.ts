import type { TokenRecord } from "@hub/core/access";
import { jsonOf } from "@hub/core/json";
import type { AuditRecord } from "@hub/core/storage";
import type { FileChange } from "./tokens.js";

/** A line of the audit stays of a size that a page can show. */
const mostInLine = 100;

/**
 * What became of the tokens of a file, by their ids: one that is only in `after` came, one that is only in
 * `before` went. No line when nothing changed.
 */
export function auditOf(
  changes: readonly FileChange[],
): readonly Pick<AuditRecord, "action" | "outcome" | "before" | "after">[] {
  return Array.from({ length: Math.ceil(changes.length / mostInLine) }, (_, index) => {
    const part = changes.slice(index * mostInLine, (index + 1) * mostInLine);
    return {
      action: "tokens-file",
      outcome: "done",
      before: tokensOf(part, ({ before }) => before && aboutOf(before)),
      after: tokensOf(part, ({ before, after }) =>
        after === undefined
          ? undefined
          : { ...aboutOf(after), ...(isReplaced(before, after) ? { isOtherSecret: true } : {}) },
      ),
    };
  });
}

const aboutOf = ({ name, grants, expiresAt }: TokenRecord) => ({
  name,
  grants,
  ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
});

/** Neither hash is in the audit, so it says that they differ. */
const isReplaced = (before: TokenRecord | undefined, after: TokenRecord): boolean =>
  before !== undefined && before.sha256 !== after.sha256;

const tokensOf = (changes: readonly FileChange[], of: (change: FileChange) => object | undefined) =>
  jsonOf(
    Object.fromEntries(
      changes.flatMap((change) => {
        const token = of(change);
        return token === undefined ? [] : [[change.id, token]];
      }),
    ),
  );
