import { expect, test } from "vitest";
import { refuseOwn } from "./own-endpoint.js";

const own = [{ address: "127.0.0.1", port: 8001 }];

test.each([
  "http://127.0.0.1:8001/mcp",
  "http://localhost:8001/",
  "http://127.1:8001/mcp",
  "http://[::ffff:127.0.0.1]:8001/",
])("the hub does not register itself: %s", (endpoint) => {
  expect(() => refuseOwn(endpoint, own)).toThrow("is the hub itself");
});

test.each(["http://127.0.0.1:8002/mcp", "https://127.0.0.1/mcp", "http://example.org:8001/"])(
  "%s is somebody else",
  (endpoint) => {
    expect(() => refuseOwn(endpoint, own)).not.toThrow();
  },
);
