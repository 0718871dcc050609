export {
  type EntryTemplate,
  envKeyOf,
  headersKeyOf,
  type ReadTemplate,
} from "./entry-template.js";
export { findServers } from "./find-servers.js";
export type { InputQuestion } from "./inputs.js";
export { notationOf, parseFile } from "./parse-file.js";
export { type Config, type ConfigEntry, readConfig } from "./read-config.js";
export {
  holdsSecret,
  isTelling,
  looksSecret,
  ownSecrets,
  secretArgs,
  secretsOfCommand,
  secretsOfUrl,
} from "./secrets.js";
export {
  fromFile,
  type PlaceName,
  type Reference,
  type Template,
  templateOf,
} from "./template.js";
export { isObject } from "./values.js";
