// npm run hub-register -- ...: the command is found, and runs, in the folder where this was typed.
import { build, install } from "./prepare.mjs";

install();
build();
process.chdir(process.env.INIT_CWD ?? ".");
await import("../packages/register/bin/hub-register.js");
