import { runHub } from "@hub/server";

process.exitCode = await runHub(process.env);
