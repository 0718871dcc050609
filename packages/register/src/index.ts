export type { Log, LogEntry } from "./log.js";
export type { RegisteredStatus } from "./membership.js";
export type { Icon, RegisterOptions } from "./options.js";
export {
  type ChangeNotifier,
  type Registered,
  register,
} from "./register.js";
export type { ListeningServer } from "./serve/listen.js";
export type { ExpressLike, HonoLike, HttpServerLike, MountTarget } from "./serve/mount.js";
export type {
  FetchHandler,
  NodeListener,
  NodeRequestLike,
  NodeResponseLike,
} from "./serve/node-listener.js";
export type { ServerFactory, ServerLike, Target } from "./target.js";
