import * as undici from "undici";
import { expect, test } from "vitest";
import { Agent, parseHeaders, sendBy } from "./undici.js";

test("what is loaded of undici alone is what undici exports", () => {
  expect(Agent).toBe(undici.Agent);
  expect(sendBy).toBe(undici.Dispatcher.prototype.request);
  expect(parseHeaders).toBe(undici.util.parseHeaders);
});
