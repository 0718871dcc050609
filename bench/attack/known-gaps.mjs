// Scenes that do not meet a bar yet: how far they may go, so that they get no worse, and why. An entry goes
// when its scene meets the bar.
export const knownGaps = {
  "silent-readers": {
    memoryMb: 450,
    why: "what waits is held to its budget, but each long answer of a tool is copied several times before it is sent, and the copies are collected late",
  },
};
