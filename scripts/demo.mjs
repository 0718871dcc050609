// npm run demo: builds, then tells the story on the terminal.
import { build, install } from "./prepare.mjs";

install();
build();
await import("../apps/demo/dist/main.js");
