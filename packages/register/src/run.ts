export type { InputQuestion } from "@hub/api/client-files";
export type { ImportedEntry } from "./config/import-entry.js";
export {
  type FoundFile,
  type FoundServer,
  findInFile,
  withServers,
} from "./config/import-servers.js";
export {
  type FileNews,
  type ServedFile,
  type ServeFileOptions,
  serveFile,
} from "./config/served-file.js";
export type { ServerPhase, ServerState } from "./config/server-state.js";
export { endOnce, endWithParent, onSignals } from "./stdio/endings.js";
