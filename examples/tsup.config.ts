import { readdirSync } from "node:fs";
import { defineConfig } from "tsup";
import { libraryBuild } from "../tsup.base.js";

const entries = readdirSync("src").map((file) => [file.replace(/\.ts$/, ""), `src/${file}`]);

export default defineConfig({ ...libraryBuild(Object.fromEntries(entries)), dts: false });
