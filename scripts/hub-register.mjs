// npm run hub-register -- ...: the command is found, and runs, in the folder where this was typed.
import { buildToRun, install } from "./prepare.mjs";

install();
buildToRun("packages/register");
process.chdir(process.env.INIT_CWD ?? ".");
await import("../packages/register/bin/hub-register.js");
