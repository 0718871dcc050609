export type { AppDeps, HubApp, HubInfo } from "./api/context.js";
export type { GuardOptions } from "./api/guard.js";
export { createApp } from "./app.js";
export { type ConfigResult, type HubConfig, parseConfig } from "./config.js";
export { type Hub, StartError, type StartOptions, startHub } from "./hub.js";
export { createLog, type Log, type LogFields, type LogOptions } from "./log.js";
export { runHub } from "./run.js";
export { openSqliteStore } from "./store/open-sqlite-store.js";
export { version } from "./version.js";
