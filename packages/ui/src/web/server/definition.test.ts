import { expect, test } from "vitest";
import { itemOf, narrow } from "./definition.js";

test("an item has the title that says most, and the key that names it to its server", () => {
  expect(itemOf("tool", { name: "a", title: "A", annotations: { title: "B" } })).toMatchObject({
    key: "a",
    title: "A",
  });
  expect(itemOf("tool", { name: "a", annotations: { title: "B" } }).title).toBe("B");
  expect(itemOf("resource", { uri: "x://y", name: "y" })).toMatchObject({
    key: "x://y",
    title: "y",
  });
  expect(itemOf("resourceTemplate", { uriTemplate: "x://{y}" }).title).toBe("x://{y}");
});

test("members of a wrong type are left out", () => {
  expect(itemOf("tool", { name: "a", title: 7, description: {}, annotations: "no" })).toMatchObject(
    { title: "a", description: undefined },
  );
});

test("every word must be there, in the name, the title or the description", () => {
  const items = [
    itemOf("tool", { name: "find_part", description: "By number" }),
    itemOf("tool", { name: "order", title: "Order a part" }),
  ];
  const found = (words: string) => narrow(items, words).map(({ key }) => key);
  expect(found("")).toEqual(["find_part", "order"]);
  expect(found("PART")).toEqual(["find_part", "order"]);
  expect(found("part number")).toEqual(["find_part"]);
  expect(found("nothing")).toEqual([]);
});
