import type { ArchiveKind, ArchiveRow, ArchiveSource, StoreArchive } from "@hub/core/storage";
import { lineOf } from "../command-line/audit-line.js";
import { CommandError } from "../command-line/command-error.js";
import { differingKinds, RowSummer, type RowSums, sumsOf } from "./row-sums.js";

/** Reads all rows, and sums up what comes by. */
async function* summed(
  rows: AsyncIterable<ArchiveRow>,
  summer: RowSummer,
): AsyncGenerator<ArchiveRow> {
  for await (const row of rows) {
    summer.add(row);
    yield row;
  }
}

/** Copies as `copyRows` does, and has the audit there say so. */
export async function copyRecorded(
  action: "copy" | "restore",
  source: ArchiveSource,
  target: StoreArchive,
): Promise<RowSums> {
  const sums = await copyRows(source, target);
  await target.audit(lineOf({ action, subject: source.place, after: { rows: countsOf(sums) } }));
  return sums;
}

/**
 * Copies all that is in one place to an empty one, then reads what is there and compares. Rejects with a CommandError
 * when that is not the same; what was copied stays for a look at it.
 */
export async function copyRows(source: ArchiveSource, target: StoreArchive): Promise<RowSums> {
  const summer = new RowSummer();
  await target.fill(summed(source.rows(), summer));
  const sums = summer.sums();
  const differing = differingKinds(sums, await sumsOf(target.rows()));
  if (differing.length > 0)
    throw new CommandError(
      "failed",
      `The copy in ${target.place} is not what ${source.place} holds: it differs in ${differing.join(", ")}. Do not use it, and report this; the source was not changed.`,
    );
  return sums;
}

const words: Readonly<Record<Exclude<ArchiveKind, "journal">, readonly [string, string]>> = {
  entry: ["server", "servers"],
  snapshot: ["snapshot", "snapshots"],
  event: ["event", "events"],
  change: ["change", "changes"],
  toolset: ["toolset", "toolsets"],
  session: ["session", "sessions"],
  "sign-in": ["sign-in", "sign-ins"],
  token: ["token", "tokens"],
  credential: ["credential", "credentials"],
  audit: ["line of the audit", "lines of the audit"],
  series: ["row of history", "rows of history"],
};

/** What was copied, for people: `3 servers, 2 toolsets`. */
export function sumsText(sums: RowSums): string {
  const parts = Object.entries(words).flatMap(([kind, [one, many]]) => {
    // The words are those of the kinds.
    const { rows } = sums[kind as ArchiveKind];
    return rows === 0 ? [] : [`${rows} ${rows === 1 ? one : many}`];
  });
  return parts.length === 0 ? "nothing, for there is nothing in it" : parts.join(", ");
}

/** The same for programs. */
export function countsOf(sums: RowSums): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.keys(words).map((kind) => [kind, sums[kind as ArchiveKind].rows]),
  );
}
