export { type RunBridgeOptions, runBridge } from "./run-bridge.js";
export { NoToken, type TokenSource, tokenInFile, tokenSource } from "./token-file.js";
