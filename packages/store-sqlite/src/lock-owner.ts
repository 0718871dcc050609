import * as fs from "node:fs";
import { hostname } from "node:os";
import { checksumOf } from "./checksum.js";
import type { Writes } from "./write-count.js";

/** Who uses a database file. Only for the words of a refusal: the lock itself is SQLite's. */
export type Owner = {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
};

const pathOf = (file: string) => `${file}.owner.json`;

/** What the file begins with, before how many writes were acknowledged. */
const beginning = '{"acknowledged":"';
const digits = String(Number.MAX_SAFE_INTEGER).length;

/**
 * The file beside a database that says who uses it, and how many of its writes were acknowledged. Without
 * it, or when a power loss tore it, the database is judged by itself; so a full disk, where it cannot be
 * written, does not keep the hub from starting.
 */
export class OwnerFile {
  readonly #file: string;
  readonly #handle: number | undefined;

  constructor(file: string, writes: Writes) {
    this.#file = file;
    const owner: Owner = {
      pid: process.pid,
      host: hostname(),
      startedAt: new Date().toISOString(),
    };
    this.#handle = attempt(() => fs.openSync(pathOf(file), "w", 0o600));
    this.#write(`${beginning}${textOf(writes)}",${JSON.stringify(owner).slice(1)}\n`, 0);
  }

  /**
   * Notes a write that is durable. It does not wait for the disk, so that after a power loss it may say
   * less than was acknowledged, but never more. The text has always the same length.
   */
  note(writes: Writes): void {
    this.#write(textOf(writes), beginning.length);
  }

  /** Takes the file away. */
  remove(): void {
    const handle = this.#handle;
    if (handle !== undefined) attempt(() => fs.closeSync(handle));
    forgetOwner(this.#file);
  }

  #write(text: string, position: number): void {
    const handle = this.#handle;
    if (handle !== undefined) attempt(() => fs.writeSync(handle, text, position));
  }
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** The checksum shows a text that was torn. */
function textOf({ store, count }: Writes): string {
  const text = [store, count].map((number) => String(number).padStart(digits, "0")).join(" ");
  return `${text} ${String(checksumOf("", text)).padStart(10, "0")}`;
}

/** Takes away what says who uses a file. */
export function forgetOwner(file: string): void {
  fs.rmSync(pathOf(file), { force: true });
}

/** Whether a hub used the file last that did not take its name away, however little of that is left. */
export function hasOwner(file: string): boolean {
  return fs.existsSync(pathOf(file));
}

/** Who wrote its name beside the file last and did not take it away: running, or killed. */
export function readOwner(file: string): Owner | undefined {
  const owner = read(file);
  return isOwner(owner) ? owner : undefined;
}

/** The writes that the last owner acknowledged at least; undefined when nothing tells. */
export function readAcknowledged(file: string): Writes | undefined {
  const owner = read(file);
  if (typeof owner !== "object" || owner === null || !("acknowledged" in owner)) return undefined;
  const [store, count] = String(owner.acknowledged).split(" ").map(Number);
  if (store === undefined || count === undefined) return undefined;
  return owner.acknowledged === textOf({ store, count }) ? { store, count } : undefined;
}

function read(file: string): unknown {
  return attempt(() => JSON.parse(fs.readFileSync(pathOf(file), "utf8")));
}

/** The owner, when it may still be alive: a process on another machine cannot be asked. */
export function livingOwner(file: string): Owner | undefined {
  const owner = readOwner(file);
  if (owner === undefined || owner.host !== hostname()) return owner;
  try {
    process.kill(owner.pid, 0);
    return owner;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM" ? owner : undefined;
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    Number.isInteger(value.pid) &&
    "host" in value &&
    typeof value.host === "string" &&
    "startedAt" in value &&
    typeof value.startedAt === "string"
  );
}
