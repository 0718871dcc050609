export { createDiagnose, type Diagnose, diagnosisMs, type Examination } from "./diagnose.js";
export { wholeText } from "./event-stream.js";
export { networkFinding } from "./findings-network.js";
export { notSent } from "./findings-token.js";
export { createNothingListens } from "./nothing-listens.js";
export { createProber } from "./prober.js";
export { createRefresher } from "./refresher.js";
export { createProbeScheduler } from "./scheduler.js";
