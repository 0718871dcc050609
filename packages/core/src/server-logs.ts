import type { BudgetBook } from "./budget-book.js";
import { harmlessLines } from "./harmless-lines.js";
import { bytesOf } from "./json.js";

/** What one process printed last, as its helper sent it. */
export type ServerLog = {
  readonly serverId: string;
  readonly instanceId: string;
  /** When the hub got it, in milliseconds since 1970. */
  readonly at: number;
  /** The oldest first, without line breaks and without characters that steer a terminal. */
  readonly lines: readonly string[];
};

type Kept = ServerLog & { readonly bytes: number };

/** Lines that the hub keeps of one process. */
export const mostLogLines = 500;
/** What a process may send at a time, in bytes. */
export const longestLogBytes = 64 * 1024;

const keyOf = (serverId: string, instanceId: string) => `${serverId} ${instanceId}`;

/**
 * The last lines of the servers' own processes, in memory and within the budgets: of each process what it
 * sent last, and of all processes those that were sent last.
 */
export class ServerLogs {
  readonly #budgets: BudgetBook;
  readonly #wall: () => number;
  /** In the order in which they came. */
  readonly #kept = new Map<string, Kept>();
  readonly #wanted = new Map<string, { readonly serverId: string; readonly instanceId: string }>();
  #bytes = 0;

  /** `wall`: milliseconds since 1970. */
  constructor(budgets: BudgetBook, wall: () => number) {
    this.#budgets = budgets;
    this.#wall = wall;
    budgets.watch("logBytes", () => this.#largest());
    budgets.watch("allLogBytes", () => ({ used: this.#bytes, by: this.#largest().by }));
  }

  /** Keeps the end of what a process sent, in place of what it sent before. */
  put(serverId: string, instanceId: string, text: string): void {
    this.#drop(keyOf(serverId, instanceId));
    this.#wanted.delete(keyOf(serverId, instanceId));
    const lines = this.#within(harmlessLines(text));
    const bytes = lines.reduce((sum, line) => sum + bytesOf(line) + 1, 0);
    this.#kept.set(keyOf(serverId, instanceId), {
      serverId,
      instanceId,
      at: this.#wall(),
      lines,
      bytes,
    });
    this.#bytes += bytes;
    for (const key of this.#kept.keys()) {
      if (this.#bytes <= this.#budgets.limit("allLogBytes")) return;
      this.#drop(key);
      this.#budgets.refused("allLogBytes");
    }
  }

  /** What the processes of a server sent last, the newest first. */
  of(serverId: string): readonly ServerLog[] {
    return [...this.#kept.values()]
      .filter((log) => log.serverId === serverId)
      .map(({ instanceId, at, lines }) => ({ serverId, instanceId, at, lines }))
      .reverse();
  }

  /** The next heartbeat of this process is asked for its last lines. */
  want(serverId: string, instanceId: string): void {
    this.#wanted.set(keyOf(serverId, instanceId), { serverId, instanceId });
  }

  /** Whether its last lines are wanted; from then on they are not, until somebody wants them again. */
  takeWanted(serverId: string, instanceId: string): boolean {
    return this.#wanted.delete(keyOf(serverId, instanceId));
  }

  /** Forgets the lines of processes that are not among these any more. */
  retain(serverId: string, instanceIds: ReadonlySet<string>): void {
    for (const [key, { serverId: id, instanceId }] of [...this.#kept, ...this.#wanted]) {
      if (id !== serverId || instanceIds.has(instanceId)) continue;
      this.#drop(key);
      this.#wanted.delete(key);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }

  /** The last of the lines that one process may have here. */
  #within(lines: readonly string[]): readonly string[] {
    let left = this.#budgets.limit("logBytes");
    let first = Math.max(0, lines.length - mostLogLines);
    for (let at = lines.length - 1; at >= first; at -= 1) {
      left -= bytesOf(lines[at] ?? "") + 1;
      if (left < 0) first = at + 1;
    }
    if (first > Math.max(0, lines.length - mostLogLines)) this.#budgets.refused("logBytes");
    return lines.slice(first);
  }

  #largest(): { readonly used: number; readonly by?: string } {
    let largest: Kept | undefined;
    for (const log of this.#kept.values()) if (log.bytes > (largest?.bytes ?? 0)) largest = log;
    return largest === undefined ? { used: 0 } : { used: largest.bytes, by: largest.serverId };
  }
}
