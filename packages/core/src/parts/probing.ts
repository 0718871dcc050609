export type { CredentialStanding } from "../credentials/standing.js";
export { endpointKey } from "../endpoint.js";
export {
  findingCodes,
  type ProbeFailure,
  type ProbeOptions,
  type ProbeStep,
  type ProbeSuccess,
  probeSteps,
} from "../probe.js";
export type { ProbeTask } from "../probe-agenda.js";
export type { Trouble } from "../probed.js";
export { assembleSnapshot, type CachingHints, itemOf, keyMember } from "../snapshot.js";
export { noRoom } from "../snapshot-room.js";
