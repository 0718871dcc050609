import { describe, expect, test } from "vitest";
import { stem } from "./stem.js";

describe("stem", () => {
  test.each([
    ["create", "created", "creates", "creating", "creation"],
    ["delete", "deleted", "deleting", "deletion"],
    ["query", "queries"],
    ["reply", "replied", "replies"],
    ["stop", "stopped", "stopping"],
    ["translate", "translating", "translation"],
    ["message", "messages"],
    ["branch", "branches"],
    ["box", "boxes"],
    ["polite", "politely"],
    ["month", "months", "monthly"],
    ["deploy", "deployment", "deployments", "deployed"],
  ])("%s and its forms are one word", (...forms) => {
    expect(new Set(forms.map(stem)).size).toBe(1);
  });

  test.each([
    "string",
    "thing",
    "status",
    "address",
    "analysis",
    "need",
    "payment",
    "document",
    "reply",
    "supply",
    "s3",
    "ec2",
    "日本",
    "a",
    "",
  ])("%s has no ending to lose", (word) => {
    expect(stem(word)).toBe(word);
  });
});
