// Loaded into a hub before its program: while the file that MOVED_CLOCK names is there, it lives so many milliseconds ago.
import { existsSync, readFileSync } from "node:fs";

const { MOVED_CLOCK: file = "" } = process.env;
if (existsSync(file)) {
  const agoMs = Number(readFileSync(file, "utf8"));
  const Real = Date;
  class Moved extends Real {
    constructor(...given) {
      // A date of nothing is now; all others are what they are given.
      super(...(given.length === 0 ? [Real.now() - agoMs] : given));
    }
    static now() {
      return Real.now() - agoMs;
    }
  }
  globalThis.Date = Moved;
}
