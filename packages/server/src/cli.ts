import { runHub } from "./run.js";

process.exitCode = await runHub(process.env);
