export { type Environment, givenVariables } from "./given-variables.js";
export { nearestName } from "./nearest-name.js";
export {
  hubSettings,
  otherSettingNames,
  settingsOfOthers,
  type TimeSettingName,
  timeSettingNames,
  traceSettings,
} from "./setting-names.js";
export { type UnknownSetting, unknownSettings, unknownSettingText } from "./unknown-settings.js";
