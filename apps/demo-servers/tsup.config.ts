import { defineConfig } from "tsup";
import { libraryBuild } from "../../tsup.base.js";

const programs = ["server-1", "server-2", "server-3", "server-4", "flaky"];
const entry = Object.fromEntries(programs.map((name) => [name, `src/${name}.ts`]));

export default defineConfig({ ...libraryBuild(entry), dts: false });
