// Loaded into a hub before it starts (`node --import shifted-clock.mjs?file=…`): the wall clock of that process alone
// is wrong by as many milliseconds as that file says at the moment; beside it, it writes down what it says now. The
// clock that only counts is left as it is.
import { readFileSync, renameSync, writeFileSync } from "node:fs";

const RightDate = Date;
let shift = 0;

class ShiftedDate extends RightDate {
  constructor(...given) {
    if (given.length === 0) super(RightDate.now() + shift);
    else super(...given);
  }

  static now() {
    return RightDate.now() + shift;
  }
}

globalThis.Date = ShiftedDate;
const file = new URL(import.meta.url).searchParams.get("file");
setInterval(() => {
  shift = Number(readFileSync(file, "utf8"));
  writeFileSync(`${file}.new`, String(Date.now()));
  renameSync(`${file}.new`, `${file}.now`);
}, 50).unref();
