import {
  boundYoungGeneration,
  collectLargeObjectsSooner,
  holdYoungGeneration,
} from "./garbage-collection.js";

// Loading the program leaves much behind that is no measure for what running it needs.
holdYoungGeneration();
const { runHub } = await import("./run.js");
const { webUi } = await import("@hub/ui");
boundYoungGeneration(8 * 1024 * 1024);
collectLargeObjectsSooner(16 * 1024 * 1024, 40);

process.exitCode = await runHub({
  env: process.env,
  args: process.argv.slice(2),
  webUi: webUi(),
});
