import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { headerValue, parameterHeaders } from "../mcp/header-values.js";
import type { Asked } from "../mcp/request.js";
import { askedOf, subjectOf } from "../subject.js";
import { curlOf, shellQuoted } from "./curl.js";
import { typescriptOf } from "./typescript.js";
import { expandTemplate, neededVariables, templateVariables } from "./uri-template.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

const asked: Asked = {
  serverId: "a b",
  method: "tools/call",
  name: "it's",
  values: { text: "don't $(rm) `x`\n'" },
  headers: {},
};

describe("copied commands", () => {
  test("a shell reads any text as one word", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: codePoint }).filter((text) => !text.includes("\0")),
        (text) => {
          const read = execFileSync("sh", ["-c", `printf %s ${shellQuoted(text)}`]);
          return read.equals(Buffer.from(text));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("curl sends a complete request", () => {
    const command = curlOf(asked, "http://hub");
    expect(command).toContain("'http://hub/servers/a%20b/mcp'");
    expect(command).toContain(`-H 'Mcp-Name: it'\\''s'`);
    expect(command).toContain("io.modelcontextprotocol/clientCapabilities");
  });

  test("TypeScript holds the same arguments", () => {
    expect(typescriptOf(asked, "http://hub")).toContain(JSON.stringify(asked.values.text));
    const odd = { ...asked, values: JSON.parse('{"__proto__":{"a":1}}') };
    expect(typescriptOf(odd, "http://hub")).toContain("JSON.parse(");
  });
});

describe("headers", () => {
  test("carry plain text as it is and anything else encoded", () => {
    expect(headerValue("plain text")).toBe("plain text");
    expect(headerValue("ünï")).toBe("=?base64?w7xuw68=?=");
    expect(headerValue(" x")).toBe("=?base64?IHg=?=");
  });

  test("repeat the arguments whose schema says so", () => {
    const schema = {
      properties: {
        region: { type: "string", "x-mcp-header": "Region" },
        bad: { type: "string", "x-mcp-header": "a b" },
        level: { type: "integer" },
      },
    };
    expect(parameterHeaders(schema, { region: "eu", bad: "x", level: 1 })).toEqual({
      "Mcp-Param-Region": "eu",
    });
  });
});

describe("URI templates", () => {
  const template = "x://{host}/{+path}{?q,page}{#part}";

  test("name their variables once", () => {
    expect(templateVariables(`${template}{host}`)).toEqual(["host", "path", "q", "page", "part"]);
  });

  test("take texts, encoded as their place asks for", () => {
    expect(expandTemplate(template, { host: "a/b", path: "c/d", q: "e f&", part: "g" })).toBe(
      "x://a%2Fb/c/d?q=e%20f%26#g",
    );
    expect(expandTemplate("{/a,b}{;c}{.d}", { a: "1", b: "2", c: "", d: "z" })).toBe("/1/2;c.z");
  });

  test("take any text, cut between characters and never in one", () => {
    expect(expandTemplate("{a:1}{+a:2}", { a: "😀bc" })).toBe("%F0%9F%98%80%F0%9F%98%80b");
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), fc.nat(9), (a, most) => {
        const halves = { a: a + "😀".slice(0, 1) + a };
        expandTemplate(`{a:${most}}{+a:${most}}{#a}{?a}`, halves);
      }),
    );
  });

  test("leave what is encoded already as it is where reserved characters are allowed", () => {
    expect(expandTemplate("{+a}{#a}", { a: "x%20y z/[1]%" })).toBe(
      "x%20y%20z/[1]%25#x%20y%20z/[1]%25",
    );
    expect(expandTemplate("{a}", { a: "x%20y" })).toBe("x%2520y");
  });

  test("need only the variables that stand in the path", () => {
    const whole = "x://{host}/{+path}{/more}{.type}{;p}{?q,page}{&limit}{#part}{?host}";
    expect(neededVariables(whole)).toEqual(["host", "path", "more"]);
    const subject = subjectOf("a", "resourceTemplate", { uriTemplate: "x://{id}{?limit}" });
    expect(subject.schema.required).toEqual(["id"]);
    expect(askedOf(subject, { id: "a" }).name).toBe("x://a");
    expect(askedOf(subject, { id: 5, limit: false }).name).toBe("x://5?limit=false");
    expect(askedOf(subject, { id: [1], limit: null }).name).toBe("x://%5B1%5D");
  });
});
