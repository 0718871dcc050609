export {
  type CredentialFacts,
  type CredentialGiven,
  type CredentialInput,
  type CredentialKind,
  type CredentialSecret,
  confirmationSchema,
  credentialKinds,
  credentialSchema,
  tokenHeader,
} from "../credentials/credential.js";
export {
  areReady,
  type ReadyHeaders,
  ready,
  type UpstreamCredentials,
  type UpstreamDialer,
  type UpstreamExchange,
  type UpstreamFailure,
  type UpstreamReceiver,
  type UpstreamRequest,
} from "../outgoing.js";
