import { backUpFile, readBackups } from "./backups.js";
import { readConfigFile, replaceFile } from "./config-file.js";
import type { ConnectClient, Wanted } from "./connect-client.js";
import { unifiedDifference } from "./difference.js";
import type { Entry } from "./entry.js";
import { planAdd, planRemove } from "./plan.js";
import { FileChanged, FileRefused } from "./refusal.js";

/** How often a file is read again that changes while it is edited. */
const mostAttempts = 10;

export type ConnectOptions = {
  readonly client: ConnectClient;
  readonly wanted: Wanted;
  /** The address of the hub, without a slash at its end. */
  readonly hub: string;
  /** The file, as the person names it. */
  readonly file: string;
  readonly remove: boolean;
  readonly replace: boolean;
  /** Default: only the difference is made. */
  readonly write: boolean;
  readonly now: () => Date;
};

export type Connected = {
  /** The file behind all links. */
  readonly file: string;
  readonly isChanged: boolean;
  readonly isWritten: boolean;
  /** Nothing else is in the file, so that it goes, or would go. */
  readonly isDeleted: boolean;
  /** Empty when nothing changes. */
  readonly difference: string;
  readonly backup: string | undefined;
  /** Other names of the file (hard links), which go on having the old text. */
  readonly otherNames: number;
};

/**
 * Edits the file of a client, or only says how. Throws `EditRefused` and `FileRefused`, and leaves the file
 * as it is then. A file that changes meanwhile is read and edited again.
 */
export async function connectClient(options: ConnectOptions): Promise<Connected> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(options);
    } catch (error) {
      if (!(error instanceof FileChanged) || attempt === mostAttempts) throw error;
    }
  }
}

async function attemptOnce(options: ConnectOptions): Promise<Connected> {
  const { client, wanted, hub, remove, write } = options;
  const read = await readConfigFile(options.file);
  const { path, text, otherNames } = read;
  const after = remove
    ? text === undefined
      ? undefined
      : planRemove(text, options, await readBackups(path))
    : planAdd(text, options);
  const same = {
    file: path,
    isWritten: false,
    isDeleted: after === undefined,
    backup: undefined,
    otherNames,
  };
  if (after === text) return { ...same, isDeleted: false, isChanged: false, difference: "" };
  const own = ownTexts(client.places(wanted).map(({ value }) => value));
  const difference = unifiedDifference({
    name: path,
    before: text,
    after,
    isOurs: (one) => own.has(one) || one === hub || one.startsWith(`${hub}/`),
  });
  if (!write) return { ...same, isChanged: true, difference };
  if (read.isReadOnly)
    throw new FileRefused(`${path} is read-only. Let its owner write it, and try again`);
  const backup = text === undefined ? undefined : await backUpFile(path, text, options.now());
  await replaceFile(read, after);
  return { ...same, isChanged: true, isWritten: true, difference, backup };
}

/** All texts of entries, as they are written in a file. */
function ownTexts(values: readonly Entry[]): ReadonlySet<string> {
  const texts = new Set<string>();
  const collect = (value: unknown) => {
    if (typeof value === "string") texts.add(value).add(JSON.stringify(value).slice(1, -1));
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
  };
  collect(values);
  return texts;
}
