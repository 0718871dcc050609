import fc from "fast-check";
import { expect, test } from "vitest";
import { exposedUri, ownUri } from "./naming.js";
import { rewriteText, rewriteUri, rewriteUris } from "./uri-rewriting.js";

const shared = ["test://a", 'test://"quoted"', "test://ünï", "test://items/{id}/part"];
const rewrites = new Map(shared.map((uri) => [uri, exposedUri("weather", uri)]));

test("URIs are rewritten wherever a message carries one, and nowhere else", () => {
  const result = {
    content: [
      { type: "resource_link", uri: "test://a" },
      { type: "resource", resource: { uri: "test://items/7/part", text: "test://a" } },
      { type: "resource_link", uri: "test://other" },
    ],
    structuredContent: { uri: "test://a" },
    _meta: { uri: "test://a" },
  };
  expect(rewriteUris(result, rewrites)).toEqual({
    ...result,
    content: [
      { type: "resource_link", uri: "hub.weather+test://a" },
      { type: "resource", resource: { uri: "hub.weather+test://items/7/part", text: "test://a" } },
      { type: "resource_link", uri: "test://other" },
    ],
  });
});

test("every rewritten URI reads back as what the server wrote", () => {
  const made = fc.string({ minLength: 1 }).map((id) => `test://items/${id}/part`);
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...shared), made), (uri) => {
      expect(ownUri(rewriteUri(uri, rewrites))).toEqual({ serverId: "weather", uri });
      const text = JSON.stringify({ result: { contents: [{ uri }] } });
      const [content] = JSON.parse(rewriteText(text, rewrites)).result.contents;
      expect(ownUri(content.uri)?.uri).toBe(uri);
    }),
  );
});

test("a URI is found however its letters are written", () => {
  for (const written of ["test:\\/\\/a", "\\u0074est://a", "test://\\u0061"])
    expect(JSON.parse(rewriteText(`{"uri":"${written}"}`, rewrites))).toEqual({
      uri: "hub.weather+test://a",
    });
  const other = '{ "n": 12345678901234567890, "text":"\\u00e9 \\/" }';
  expect(rewriteText(other, rewrites)).toBe(other);
});

test("a text that names none of them, or is no JSON, stays as it is to the byte", () => {
  for (const text of ['{ "uri" : "test://b" }', '{"uri":"test://a"', "", "test://a"])
    expect(rewriteText(text, rewrites)).toBe(text);
  expect(rewriteText('{ "uri":"test://a" }', undefined)).toBe('{ "uri":"test://a" }');
});

test("thousands of shared URIs and templates are looked up and not sought one by one", () => {
  let sought = 0;
  class Counted extends Map<string, string> {
    override keys() {
      sought += 1;
      return super.keys();
    }
  }
  const uris = Array.from({ length: 10_000 }, (_, index) => [
    `test://${index}`,
    `test://{x}/${index}`,
  ]);
  const many = new Counted(uris.flat().map((uri) => [uri, exposedUri("weather", uri)]));
  const asked = [...Array(5_000).keys()].map((index) => ({ uri: `test://${index}` }));
  const unknown = [...Array(5_000).keys()].map((index) => ({ uri: `other://${index}` }));
  const text = JSON.stringify({ contents: [...unknown, ...asked] });
  const { contents } = JSON.parse(rewriteText(text, many));
  expect(contents).toEqual([
    ...unknown,
    ...asked.map(({ uri }) => ({ uri: `hub.weather+${uri}` })),
  ]);
  expect(sought).toBe(0);
});
