export type { Log, LogEntry } from "../log.js";
export type { RegisteredStatus } from "../membership.js";
export type { Icon, MembershipOptions } from "../options.js";
export { type RegisteredUrl, registerUrl } from "../register-url.js";
