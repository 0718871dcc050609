import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, by waiting mostly. One of them that began last would be all that runs in the end. */
const longest = [
  "test/cells.test.ts",
  "packages/gateway/test/silent-callers.test.ts",
  "test/doctor.test.ts",
  "packages/register/test/processes.test.ts",
  "packages/gateway/test/hostile-streams.test.ts",
  "test/life.test.ts",
  "test/hub-life.test.ts",
  "packages/gateway/test/limits-of-one.test.ts",
  "packages/gateway/test/needs-token.test.ts",
  "packages/gateway/test/states.test.ts",
  "packages/gateway/test/reading-pace.test.ts",
  "test/command-line.test.ts",
  "test/start.test.ts",
  "test/sessions.test.ts",
  "test/bad-input.test.ts",
  "test/browser/accessibility.browser.ts",
  "test/browser/layout.browser.ts",
  "test/browser/server.browser.ts",
  "test/browser/access.browser.ts",
];

/** Runs those first, and the others in the order that vitest gives them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
      return rank === -1 ? longest.length : rank;
    };
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
