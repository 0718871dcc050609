import { type Entry, isJsonObject } from "@hub/core";
import type { View } from "../catalogue/view.js";
import { type JsonRpcRequest, parseMessage } from "../wire/json-rpc.js";
import type { ClientSession } from "./client-session.js";

const mostTasks = 1_000;
/** A longer id is not remembered: what is asked of its task is told that nobody knows it. */
const longestId = 1_024;

/** What is asked of a task (of 2025-11-25) goes to the server that runs it. */
export function findTaskServer(
  session: ClientSession,
  view: View,
  { params }: JsonRpcRequest,
): Entry | undefined {
  const taskId = params?.taskId;
  const serverId = typeof taskId === "string" ? session.tasks.get(taskId) : undefined;
  return view.servers.find(({ record }) => record.id === (serverId ?? view.selection.alone));
}

/** Remembers who runs the task that a response tells of; the oldest make room, so no session grows for ever. */
export function rememberTask(session: ClientSession, serverId: string, text: string): void {
  const parsed = parseMessage(text);
  const task = parsed?.kind === "response" ? parsed.message.result?.task : undefined;
  if (!isJsonObject(task) || typeof task.taskId !== "string") return;
  if (task.taskId.length > longestId) return;
  session.tasks.set(task.taskId, serverId);
  const [oldest] = session.tasks.keys();
  if (session.tasks.size > mostTasks && oldest !== undefined) session.tasks.delete(oldest);
}
