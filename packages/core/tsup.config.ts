import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";

export default defineConfig(
  libraryBuild({
    index: "src/index.ts",
    environment: "src/environment/index.ts",
    access: "src/parts/access.ts",
    diagnosis: "src/parts/diagnosis.ts",
    events: "src/parts/events.ts",
    hubs: "src/parts/hubs.ts",
    json: "src/parts/json.ts",
    limits: "src/parts/limits.ts",
    past: "src/parts/past.ts",
    policy: "src/parts/policy.ts",
    probing: "src/parts/probing.ts",
    shown: "src/parts/shown.ts",
    storage: "src/parts/storage.ts",
    text: "src/parts/text.ts",
    upstream: "src/parts/upstream.ts",
    testing: "src/testing/index.ts",
  }),
);
