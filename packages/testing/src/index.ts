export { selfSigned } from "./certificate.js";
export { holdResponse, holdToContract } from "./contract.js";
export { createTestDialer } from "./dialer.js";
export { codeOf, deep, flood, mostSent, probeHostile, stream } from "./hostile.js";
export {
  closedPort,
  closeServers,
  type RpcRequest,
  rpcOf,
  sendJson,
  serve,
  serveTcp,
  serveTls,
  type TestServer,
} from "./http-server.js";
export {
  modern,
  serveV1,
  serveV1InV2Handler,
  serveV1Sse,
  serveV2,
  serveV2WithHostCheck,
} from "./mcp-servers.js";
