export type {
  HeldAnswers,
  HubPeers,
  OpeningStream,
  PeerAbsence,
  PeerRequest,
  SessionLink,
  SessionMessage,
  SessionResource,
  ToldAll,
} from "../hubs/hub-peers.js";
export { allShares, type HubShare, type ReportChannel } from "../hubs/hub-share.js";
export { Membership } from "../hubs/membership.js";
