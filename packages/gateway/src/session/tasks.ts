import type { BudgetBook, Entry } from "@hub/core";
import { isJsonObject } from "@hub/core/json";
import type { ByteShares } from "@hub/core/limits";
import { type JsonRpcRequest, parseMessage } from "@hub/mcp";
import { mayCallWhole } from "../catalogue/callable.js";
import type { View } from "../catalogue/view.js";

const mostTasks = 1_000;
/** A longer id is not remembered: what is asked of its task is told that nobody knows it. */
const longestId = 1_024;
/** What an entry of the map costs beside its id. */
const bytesOfEntry = 128;

/**
 * Which servers run the tasks (of 2025-11-25) that were started in one session. Those used longest ago
 * make room, so no session grows for ever, nor do all of one client's together.
 */
export class SessionTasks {
  readonly #budgets: BudgetBook;
  readonly #shares: ByteShares;
  readonly #peer: string;
  /** The one used last comes last. */
  readonly #servers = new Map<string, string>();

  /** `peer`: whose session it is (see `peerOf`). */
  constructor(budgets: BudgetBook, peer: string) {
    this.#budgets = budgets;
    this.#shares = budgets.byteShares("taskBytes");
    this.#peer = peer;
  }

  /** What is asked of a task goes to the server that runs it. */
  findServer(view: View, { params }: JsonRpcRequest): Entry | undefined {
    const taskId = params?.taskId;
    const serverId = typeof taskId === "string" ? this.#use(taskId) : undefined;
    const { selection, servers } = view;
    const entry = servers.find(({ record }) => record.id === (serverId ?? selection.alone));
    // Of whom only some tools may be called, a task that was not started here may be another tool's.
    const isOwn =
      serverId !== undefined || entry === undefined || mayCallWhole(selection, entry.record);
    return isOwn ? entry : undefined;
  }

  /** Remembers who runs the task that a response tells of. */
  remember(serverId: string, text: string): void {
    const parsed = parseMessage(text);
    const task = parsed?.kind === "response" ? parsed.message.result?.task : undefined;
    if (!isJsonObject(task) || typeof task.taskId !== "string") return;
    this.keep(task.taskId, serverId);
  }

  /** Keeps who runs a task. */
  keep(taskId: string, serverId: string): void {
    if (taskId.length > longestId) return;
    this.#forget(taskId);
    while (this.#servers.size >= mostTasks || !this.#shares.take(this.#peer, bytesOf(taskId))) {
      if (this.#servers.size < mostTasks) this.#budgets.refused("taskBytes");
      const [oldest] = this.#servers.keys();
      if (oldest === undefined) return;
      this.#forget(oldest);
    }
    this.#servers.set(taskId, serverId);
  }

  /** Tasks and their servers, the one used last last. */
  get all(): readonly (readonly [taskId: string, serverId: string])[] {
    return [...this.#servers];
  }

  close(): void {
    for (const taskId of [...this.#servers.keys()]) this.#forget(taskId);
  }

  #use(taskId: string): string | undefined {
    const serverId = this.#servers.get(taskId);
    if (serverId === undefined) return undefined;
    this.#servers.delete(taskId);
    this.#servers.set(taskId, serverId);
    return serverId;
  }

  #forget(taskId: string): void {
    if (this.#servers.delete(taskId)) this.#shares.give(this.#peer, bytesOf(taskId));
  }
}

function bytesOf(taskId: string): number {
  return Buffer.byteLength(taskId) + bytesOfEntry;
}
