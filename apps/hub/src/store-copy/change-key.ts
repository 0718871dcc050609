import type { CredentialRow, StoreArchive } from "@hub/core/storage";
import { resealed, type SealingKey, SecretKeyFile, StartError } from "@hub/server";
import { lineOf } from "../command-line/audit-line.js";
import { CommandError } from "../command-line/command-error.js";

export type KeyChanged = {
  /** Of the new key. */
  readonly keyId: string;
  readonly sealedAnew: number;
  /** Servers with credentials that the new key does not open. */
  readonly unreadable: readonly string[];
};

/** The key in a file, if it is there. Throws a CommandError for a file that is no key, or that others may read. */
export function keyFileAt(file: string): SecretKeyFile {
  try {
    return new SecretKeyFile(file);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new CommandError("failed", error.message, { cause: error });
  }
}

/**
 * Has a store take the key in a file, which is made where there is none, and seals with it what `from` opens. Rejects
 * with a CommandError, and changes nothing, when `from` is the same key or opens nothing of what there is to open.
 */
export async function changeKey(
  archive: StoreArchive,
  from: SealingKey | undefined,
  file: SecretKeyFile,
): Promise<KeyChanged> {
  if (from !== undefined && from.id === file.current?.id)
    throw new CommandError("usage", `--from is the key in ${file.file} itself: name the old one.`);
  const before: CredentialRow[] = [];
  for await (const { kind, value } of archive.rows()) if (kind === "credential") before.push(value);
  const others = before.filter(({ keyId }) => keyId !== file.current?.id);
  if (from !== undefined && others.length > 0 && !others.some(({ keyId }) => keyId === from.id))
    throw new CommandError(
      "failed",
      `No credential is sealed with the key in --from (${from.id}), but with ${[...new Set(others.map(({ keyId }) => keyId))].join(" and ")}. Nothing was changed. Name that key, or leave --from away when it is lost.`,
    );
  const to = file.obtain();
  const after = before.map((row) => (from && resealed(row, from, to)) ?? row);
  const left = after.filter(({ keyId }) => keyId !== to.id);
  const changed: KeyChanged = {
    keyId: to.id,
    sealedAnew: after.filter((row, index) => row !== before[index]).length,
    unreadable: [...new Set(left.map(({ facts }) => facts.serverId))],
  };
  const line = lineOf({
    action: "rekey",
    ...(from === undefined ? {} : { before: { keyId: from.id } }),
    after: changed,
  });
  await archive.rekey(to.id, after, line);
  return changed;
}
