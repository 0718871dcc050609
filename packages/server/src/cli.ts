#!/usr/bin/env node
import { runHub } from "./run.js";

process.exitCode = await runHub(process.env);
