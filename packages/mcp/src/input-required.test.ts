import { expect, test } from "vitest";
import { inputRequired, legacyQuestion } from "./input-required.js";

const id = () => "page-1";
const form = { method: "elicitation/create", params: { message: "Which?", requestedSchema: {} } };

test("a result that asks for input says what is asked, and what comes back with the answers", () => {
  const inputRequests = { first: form, second: { method: "roots/list" } };
  expect(
    inputRequired({ resultType: "input_required", inputRequests, requestState: "sealed" }),
  ).toEqual({ inputRequests, requestState: "sealed" });
  expect(inputRequired({ resultType: "input_required", inputRequests })).toEqual({ inputRequests });
});

test("no other result asks for input", () => {
  expect(inputRequired(undefined)).toBeUndefined();
  expect(inputRequired({ content: [] })).toBeUndefined();
  expect(inputRequired({ resultType: "complete", inputRequests: { a: form } })).toBeUndefined();
});

test("what is no question, and a state that is no text, are left out", () => {
  expect(
    inputRequired({
      resultType: "input_required",
      inputRequests: { good: form, none: null, text: "roots/list", list: [form] },
      requestState: 7,
    }),
  ).toEqual({ inputRequests: { good: form } });
  expect(inputRequired({ resultType: "input_required", inputRequests: [form] })).toEqual({
    inputRequests: {},
  });
});

test("a page to open gets an id, unless the server gave it one", () => {
  const page = { mode: "url", url: "https://page.example", message: "Sign in" };
  const asked = (params: typeof page & { elicitationId?: string }) =>
    legacyQuestion({ method: "elicitation/create", params }, id);
  expect(asked(page)).toEqual({
    method: "elicitation/create",
    params: { ...page, elicitationId: "page-1" },
  });
  expect(asked({ ...page, elicitationId: "own" }).params?.elicitationId).toBe("own");
});

test("every other question stays as it is", () => {
  expect(legacyQuestion(form, id)).toEqual(form);
  expect(legacyQuestion({ method: "roots/list" }, id)).toEqual({ method: "roots/list" });
});
