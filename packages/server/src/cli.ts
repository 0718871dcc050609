import { runHub } from "./run.js";

process.exitCode = await runHub({ env: process.env, args: process.argv.slice(2) });
