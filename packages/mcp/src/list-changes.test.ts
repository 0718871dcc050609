import { expect, test } from "vitest";
import { changedLists, listChanged, listKinds, resourceUpdated } from "./list-changes.js";

test("each kind of list has a notification, which names it again", () => {
  expect(listKinds.map((kind) => changedLists(listChanged(kind)))).toEqual(listKinds);
});

test("no other notification tells of lists", () => {
  expect(changedLists(resourceUpdated)).toBeUndefined();
  expect(changedLists("notifications/roots/list_changed")).toBeUndefined();
  expect(changedLists("notifications/tools/list_changed/")).toBeUndefined();
  expect(changedLists("")).toBeUndefined();
});
