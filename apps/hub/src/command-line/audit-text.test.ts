import type { AuditLine } from "@hub/client";
import { expect, test } from "vitest";
import { auditText } from "./audit-text.js";
import { renderLine } from "./styled.js";

test.each([
  [{ method: "tools/call", subject: "read" }, "files read ok"],
  [{ method: "prompts/get", subject: "greet" }, "files prompts/get greet ok"],
  [{ method: "tools/list" }, "files tools/list ok"],
])("a call %j is told as %j", (what, said) => {
  const line: AuditLine = {
    ...{ seq: 1, at: "2026-11-28T12:00:00.000Z", who: { kind: "token", id: "agent" } },
    ...{ action: "call", server: "files", outcome: "ok", ...what },
  };
  expect(renderLine(auditText(line), false)).toContain(`agent  call  ${said}`);
});
