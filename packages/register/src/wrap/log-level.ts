import type { JsonRpcNotification } from "./json-rpc.js";

const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

/** Whether a notification passes a client's log level. Only log messages are ever held back. */
export function passesLogLevel(notification: JsonRpcNotification, minimum: unknown): boolean {
  if (notification.method !== "notifications/message") return true;
  return levels.indexOf(String(notification.params?.level)) >= levels.indexOf(String(minimum));
}
