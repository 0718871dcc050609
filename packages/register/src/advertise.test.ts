import { expect, test } from "vitest";
import { advertise } from "./advertise.js";
import { instanceIdFor } from "./instance-id.js";

const surroundings = {
  podIp: "10.1.2.3",
  hostName: "weather",
  addresses: ["192.168.1.5", "fd00::5"],
};
const everywhere = { port: 8002, path: "/mcp", address: "0.0.0.0", isSecure: false };
const here = { hubUrl: "http://localhost:8001", advertiseUrl: undefined };
const away = { hubUrl: "https://hub.example", advertiseUrl: undefined };

test("bound to loopback there is one URL", () => {
  const bound = { ...everywhere, address: "127.0.0.1" };
  expect(advertise(bound, surroundings, away)).toEqual({
    endpoint: "http://127.0.0.1:8002/mcp",
    candidates: [],
    leftOut: [],
  });
});

test("bound everywhere, a hub elsewhere gets the platform's address, the name, the network, loopback", () => {
  expect(advertise(everywhere, surroundings, away)).toEqual({
    endpoint: "http://10.1.2.3:8002/mcp",
    candidates: [
      "http://weather:8002/mcp",
      "http://192.168.1.5:8002/mcp",
      "http://[fd00::5]:8002/mcp",
      "http://127.0.0.1:8002/mcp",
    ],
    leftOut: [],
  });
});

test("bound everywhere, a hub on this machine gets loopback first", () => {
  expect(advertise(everywhere, surroundings, here).endpoint).toBe("http://127.0.0.1:8002/mcp");
});

test("what the user says comes first, whole or as a base", () => {
  const whole = { ...away, advertiseUrl: "https://x.example/deep/mcp?key=1" };
  expect(advertise(everywhere, surroundings, whole).endpoint).toBe(
    "https://x.example/deep/mcp?key=1",
  );
  const base = { ...away, advertiseUrl: "https://x.example/" };
  const advertised = advertise(everywhere, surroundings, base);
  expect(advertised.endpoint).toBe("https://x.example/mcp");
  expect(advertised.candidates).toContain("http://weather:8002/mcp");
});

test("the instance id depends on name and endpoint only", () => {
  expect(instanceIdFor("a", "http://x/mcp")).toBe(instanceIdFor("a", "http://x/mcp"));
  expect(instanceIdFor("a", "http://x/mcp")).not.toBe(instanceIdFor("b", "http://x/mcp"));
});

test.each(["169.254.7.9", "fe80::1", "febf::2", "::ffff:169.254.1.1"])(
  "an address that no hub dials, %s, is left out and named",
  (address) => {
    const here = { podIp: undefined, hostName: "weather", addresses: [address, "10.0.0.7"] };
    const { endpoint, candidates, leftOut } = advertise(everywhere, here, away);
    expect([endpoint, ...candidates]).toEqual([
      "http://weather:8002/mcp",
      "http://10.0.0.7:8002/mcp",
      "http://127.0.0.1:8002/mcp",
    ]);
    expect(leftOut).toHaveLength(1);
  },
);

test("with nothing else, such an address is registered all the same: the hub says why it cannot be", () => {
  const bound = { ...everywhere, address: "169.254.7.9" };
  expect(advertise(bound, surroundings, away).endpoint).toBe("http://169.254.7.9:8002/mcp");
});
