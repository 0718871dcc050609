import { type FSWatcher, watch } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** How long a file must stay as it is before it is read: editors write in several steps. Milliseconds. */
const quietMs = 120;
/** How often it is looked at where the system does not tell of changes, as on network drives. Milliseconds. */
const lookMs = 1_000;
/** A file that is gone for longer was not just replaced. Milliseconds. */
const goneMs = 2_000;

export interface FollowOptions {
  readonly file: string;
  /** The file is another one now. Called one at a time. */
  onText(text: string): Promise<void>;
  /** The file cannot be read; a sentence without a full stop. Called once until that changes. */
  onGone(reason: string): void;
}

/**
 * Reads a file whenever it changed, also where it is replaced by another of its name, or is a link to one.
 * Ends with `close`.
 */
export class FollowedFile {
  readonly #options: FollowOptions;
  readonly #timer: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #known: string | undefined;
  /** What the system says of the file that was read last. */
  #sign: string | undefined;
  #goneSince: number | undefined;
  #isGoneTold = false;
  #looking: Promise<void> | undefined;
  #mustLookAgain = false;
  #isClosed = false;

  /** `text`: what was read already. */
  constructor(options: FollowOptions, text: string) {
    this.#options = options;
    this.#known = text;
    this.#timer = setInterval(() => this.#look(), lookMs);
    this.#watch();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  /** Its folder is watched: a file that is replaced takes its own watcher with it. */
  #watch(): void {
    const { file } = this.#options;
    try {
      this.#watcher = watch(dirname(file), (_event, name) => {
        if (name === null || name === basename(file)) this.#look();
      });
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // Not every system tells of changes; then looking now and then has to do.
    }
  }

  #look(): void {
    if (this.#isClosed) return;
    if (this.#looking !== undefined) {
      this.#mustLookAgain = true;
      return;
    }
    this.#looking = this.#readNow().finally(() => {
      this.#looking = undefined;
      if (!this.#mustLookAgain) return;
      this.#mustLookAgain = false;
      this.#look();
    });
  }

  async #readNow(): Promise<void> {
    try {
      const sign = await signOf(this.#options.file);
      this.#goneSince = undefined;
      if (sign === this.#sign && this.#known !== undefined) return;
      const text = await this.#readWhenQuiet(sign);
      this.#isGoneTold = false;
      if (text === this.#known || this.#isClosed) return;
      this.#known = text;
      await this.#options.onText(text);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException; // of the file system
      this.#goneSince ??= performance.now();
      if (this.#isGoneTold || performance.now() - this.#goneSince < goneMs) return;
      this.#isGoneTold = true;
      // When it is back as it was, that is news as well.
      this.#known = undefined;
      this.#options.onGone(code ?? message);
    }
  }

  async #readWhenQuiet(sign: string): Promise<string> {
    const { file } = this.#options;
    for (let before = sign; ; ) {
      await new Promise((resolve) => setTimeout(resolve, quietMs));
      const now = await signOf(file);
      if (now === before) {
        this.#sign = now;
        return readFile(file, "utf8");
      }
      before = now;
    }
  }
}

async function signOf(file: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(file);
  return `${mtimeMs} ${size} ${ino}`;
}
