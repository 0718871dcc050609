import { eventKinds as kindsOfCore } from "@hub/core";
import { expect, test } from "vitest";
import { eventKinds } from "../src/web/live/event-kinds.js";

test("the page hears of every kind of event that the hub has", () => {
  // The page does not import the list itself: all of core would come with it.
  expect(eventKinds).toEqual(kindsOfCore);
});
