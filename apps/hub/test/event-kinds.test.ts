import { eventKinds } from "@hub/core";
import { expect, test } from "vitest";
import { command } from "../src/commands/watch.js";

test("watch knows every kind of event, without loading the model for it", () => {
  const kind = command.options?.kind;
  expect(kind?.choices).toEqual(eventKinds);
});
