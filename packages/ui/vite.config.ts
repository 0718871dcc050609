import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { writeManifest } from "./write-manifest.js";
import { writeThirdPartyOfPage } from "./write-third-party.js";

/** Where `npm run dev` finds a running hub. */
const hub = process.env.MCP_HUB_URL ?? "http://127.0.0.1:8001";

// A build is what people get, also one that a test started: NODE_ENV of the caller would put React's development
// build in it, which is three times as large.
if (process.argv.includes("build")) process.env.NODE_ENV = "production";

export default defineConfig({
  base: "/ui/",
  plugins: [react(), tailwind(), writeManifest(), writeThirdPartyOfPage()],
  build: {
    outDir: "dist/web",
    emptyOutDir: true,
    target: "es2022",
    // Every file is a request to the hub: the policy of the page knows no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs, in one piece: it compresses better than the dozen that it would be split into.
          groups: [
            { name: "libraries", test: /node_modules.(react|react-dom|scheduler|@tanstack)\// },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      [
        "^/(servers|toolsets|tools|events|traffic|calls|config|diagnose|version|readyz|healthz|whoami|session|settings|tokens|audit|mcp)(?=[/?]|$)",
      ].map((path) => [path, { target: hub, changeOrigin: true }]),
    ),
  },
});
