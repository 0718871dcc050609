import { describe, expect, test } from "vitest";
import { wordsOf } from "./words.js";

describe("wordsOf", () => {
  test.each(["getUserName", "get_user_name", "get-user-name", "GET USER NAME", "get.user/name"])(
    "%s is three words",
    (text) => {
      expect(wordsOf(text)).toEqual(["get", "user", "name"]);
    },
  );

  test("an abbreviation in front of a word stays whole, and so does its plural", () => {
    expect(wordsOf("HTTPRequest")).toEqual(["http", "request"]);
    expect(wordsOf("merge PDFs and userIDs")).toEqual(["merge", "pdfs", "and", "user", "ids"]);
  });

  test("accents, a possessive and signs are no part of a word", () => {
    expect(wordsOf("Café's «menu»: what's new?")).toEqual(["cafe", "menu", "what", "new"]);
  });

  test("scripts without spaces are read in pairs", () => {
    expect(wordsOf("天気予報 API")).toEqual(["天気", "気予", "予報", "api"]);
  });
});
