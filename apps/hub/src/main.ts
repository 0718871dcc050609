import { setFlagsFromString } from "node:v8";

// Requests leave much short-lived memory behind, and V8 answers by growing its young generation until
// the process holds a third more than it needs. Kept small it costs no throughput here (npm run bench).
setFlagsFromString("--semi-space-growth-factor=1");

// Only now, so that loading the program does not make it grow either.
const { runHub } = await import("@hub/server");

process.exitCode = await runHub(process.env);
