import { createHash } from "node:crypto";
import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { Mask } from "../mask-secrets.js";
import { LastLines } from "../stdio/last-lines.js";

const mostLines = 200;
/** A file that is full is kept as `.1`, so that one server takes at most twice as much. */
const mostFileBytes = 1024 * 1024;

export interface ServerLogOptions {
  readonly name: string;
  /** Where a file of it is kept. Default: it is in memory alone. */
  readonly folder?: string | undefined;
  readonly mask: Mask;
  now(): Date;
}

/**
 * What one server printed and what happened to it: its last lines in memory, and all of it in a file of
 * bounded size where a folder is given. Secrets are taken out of both. What the disk refuses is dropped.
 */
export class ServerLog extends Writable {
  readonly #options: ServerLogOptions;
  /** Of what is masked already. */
  readonly #last = new LastLines((line) => line, mostLines);
  #fileBytes: number | undefined;

  constructor(options: ServerLogOptions) {
    super({ decodeStrings: false });
    this.#options = options;
  }

  /** The last lines, oldest first: at most 200 of them and 64 KiB. */
  get lines(): readonly string[] {
    return this.#last.list();
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    const at = this.#options.now().toISOString();
    const texts = this.#options.mask(String(chunk)).split("\n");
    const lines = texts
      .filter((text) => text.trim() !== "")
      .map((text) => `${at} ${text.trimEnd()}`);
    for (const line of lines) this.#last.add(line);
    const { folder } = this.#options;
    if (lines.length === 0 || folder === undefined) done();
    else this.#append(folder, `${lines.join("\n")}\n`).then(done, () => done());
  }

  async #append(folder: string, text: string): Promise<void> {
    const file = join(folder, `${fileNameOf(this.#options.name)}.log`);
    if (this.#fileBytes === undefined) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      this.#fileBytes = await stat(file).then(
        ({ size }) => size,
        () => 0,
      );
    }
    if (this.#fileBytes > mostFileBytes) {
      await rename(file, `${file}.1`);
      this.#fileBytes = 0;
    }
    await appendFile(file, text, { mode: 0o600 });
    this.#fileBytes += Buffer.byteLength(text);
  }
}

/** A name that every file system takes, another one for each server. */
function fileNameOf(name: string): string {
  if (/^[\w-][\w.-]{0,79}$/.test(name) && name === name.toLowerCase()) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.replace(/[^\w-]+/g, "_").slice(0, 60)}-${hash}`;
}
