import { createHash } from "node:crypto";
import { type ArchiveKind, type ArchiveRow, archiveKinds } from "@hub/core/storage";

/** How many rows of a kind there are, and a sum of what they say. */
type RowSum = { readonly rows: number; readonly sum: string };
/** Of every kind. */
export type RowSums = Readonly<Record<ArchiveKind, RowSum>>;

/** Stores give these in the order in which they were written, and that is part of what is kept. */
const ordered: ReadonlySet<ArchiveKind> = new Set(["session", "sign-in"]);

/**
 * Sums up rows, so that two stores can be compared. The order counts only where stores keep one: each row has a hash
 * of its own, and these are added.
 */
export class RowSummer {
  readonly #counts = new Map<ArchiveKind, { rows: number; sum: bigint }>();

  add({ kind, value }: ArchiveRow): void {
    const count = this.#counts.get(kind) ?? { rows: 0, sum: 0n };
    this.#counts.set(kind, count);
    const place = ordered.has(kind) ? count.rows : "";
    const hash = createHash("sha256")
      .update(`${place}\n${canonical(value)}`)
      .digest("hex");
    count.rows += 1;
    count.sum = BigInt.asUintN(256, count.sum + BigInt(`0x${hash}`));
  }

  sums(): RowSums {
    const entries = archiveKinds.map((kind) => {
      const { rows = 0, sum = 0n } = this.#counts.get(kind) ?? {};
      return [kind, { rows, sum: sum.toString(16) }];
    });
    // Of each kind one.
    return Object.fromEntries(entries) as RowSums;
  }
}

/** Sums up what is there. */
export async function sumsOf(rows: AsyncIterable<ArchiveRow>): Promise<RowSums> {
  const summer = new RowSummer();
  for await (const row of rows) summer.add(row);
  return summer.sums();
}

/** JSON with the members of objects in one order, which is none of the things that are kept. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The kinds of which two stores do not hold the same. */
export function differingKinds(one: RowSums, other: RowSums): readonly ArchiveKind[] {
  return archiveKinds.filter(
    (kind) => one[kind].rows !== other[kind].rows || one[kind].sum !== other[kind].sum,
  );
}
