import { describe, expect, test } from "vitest";
import { profileOf, type Reach } from "./profile.js";

const local: Reach[] = [
  { host: "127.0.0.1" },
  { host: "127.1.2.3" },
  { host: "localhost" },
  { host: "::1" },
  { host: "[::1]" },
  { host: "127.0.0.1", publicUrl: "http://localhost:8001" },
  { host: "127.0.0.1", publicUrl: "http://[::1]:8001/hub" },
  { host: "127.0.0.1", allowedHosts: ["LOCALHOST", "[::1]"] },
  { host: "127.0.0.1", trustedProxies: ["127.0.0.1", "::1", "127.0.0.0/8", "::1/128"] },
];

const network: Reach[] = [
  { host: "0.0.0.0" },
  { host: "::" },
  { host: "10.0.0.1" },
  { host: "hub.example" },
  { host: "127.0.0.1.example" },
  { host: "127.0.0.1", publicUrl: "https://hub.example" },
  { host: "127.0.0.1", publicUrl: "http://localhost.example" },
  { host: "127.0.0.1", allowedHosts: ["localhost", "hub.example"] },
  { host: "127.0.0.1", trustedProxies: ["127.0.0.1", "10.0.0.1"] },
  { host: "127.0.0.1", trustedProxies: ["127.0.0.0/1"] },
  { host: "127.0.0.1", trustedProxies: ["::1/0"] },
];

describe("the profile of a hub", () => {
  test.each(local)("is local with %j", (reach) => {
    expect(profileOf(reach)).toBe("local");
  });

  test.each(network)("is network with %j", (reach) => {
    expect(profileOf(reach)).toBe("network");
  });
});
