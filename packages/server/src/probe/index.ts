export { createDiagnose, type Diagnose } from "./diagnose.js";
export { createDialer, hubIdHeader, hubViaHeader } from "./dialer.js";
export { checkEndpoint, createEndpointRules } from "./endpoint-rules.js";
export { createNothingListens } from "./nothing-listens.js";
export { refuseOwn } from "./own-endpoint.js";
export { createProber } from "./prober.js";
export { createRefresher } from "./refresher.js";
export { createProbeScheduler } from "./scheduler.js";
export { troubleIn } from "./trouble.js";
