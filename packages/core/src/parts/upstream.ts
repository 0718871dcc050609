export {
  areReady,
  type ReadyHeaders,
  ready,
  type UpstreamDialer,
  type UpstreamExchange,
  type UpstreamFailure,
  type UpstreamReceiver,
  type UpstreamRequest,
} from "../outgoing.js";
