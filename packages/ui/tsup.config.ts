import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";

// Beside what Vite has built, which must stay.
export default defineConfig({ ...libraryBuild({ index: "src/index.ts" }), clean: false });
