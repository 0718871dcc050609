import fc from "fast-check";
import { expect, test } from "vitest";
import { childEnvironment } from "./child-environment.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

test("a command sees no setting of the hub but its address, however the name is written", () => {
  const known = ["TOKEN", "SERVICE_KEY", "TOKENS_FILE", "SECRET_KEY_FILE", "ADVERTISE_URL", "URL2"];
  const name = fc.oneof(fc.constantFrom(...known), fc.stringMatching(/^[A-Za-z0-9_]{1,12}$/));
  const cased = fc
    .tuple(name, fc.func(fc.boolean()))
    .map(([rest, isLower]) =>
      [...`MCP_HUB_${rest}`]
        .map((letter, index) =>
          isLower(letter, index) ? letter.toLowerCase() : letter.toUpperCase(),
        )
        .join(""),
    )
    .filter((one) => one.toUpperCase() !== "MCP_HUB_URL");
  fc.assert(
    fc.property(fc.array(cased), fc.string({ minLength: 1 }), (names, secret) => {
      const given = Object.fromEntries(names.map((one) => [one, secret]));
      const others = { PATH: "/bin", DATABASE_URL: secret, MCP_HUBCAP: secret, npm_config_x: "y" };
      expect(childEnvironment({ ...given, ...others })).toEqual(others);
    }),
    { numRuns },
  );
});

test("the answers to what a file asks for are for the servers that refer to them", () => {
  expect(childEnvironment({ MCP_INPUT_API_KEY: "secret", MCP_INPUTS: "seen" })).toEqual({
    MCP_INPUTS: "seen",
  });
});

test("the hub's address is seen, but not with a password in it", () => {
  const plain = { MCP_HUB_URL: "http://hub.example:8001,http://other:1" };
  expect(childEnvironment(plain)).toEqual(plain);
  expect(childEnvironment({ MCP_HUB_URL: "http://me:secret@hub.example" })).toEqual({});
});
