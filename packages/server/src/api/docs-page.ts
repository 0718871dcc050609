const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

/**
 * The page around Swagger UI: which hub it is, where, and the way back to it. It holds no inline script or style, so that its
 * policy needs no exception for scripts.
 */
export function docsPage(version: string, url: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · MCP Hub</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/page.css">
<script src="/docs/theme.js"></script>
</head>
<body>
<header class="hub-head">
<a class="hub-back" href="/">← MCP Hub</a>
<strong>API</strong>
<span class="hub-where">${escaped(version)} · <code>${escaped(url)}</code></span>
<a href="/openapi.json">openapi.json</a>
</header>
<main id="swagger-ui"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
}

/** Runs before anything is drawn: the theme is the one that was chosen on the hub's page, or the system's. */
export const docsTheme = `const prefersDark = matchMedia("(prefers-color-scheme: dark)");
function show() {
  let chosen = null;
  try {
    chosen = localStorage.getItem("mcp-hub-theme");
  } catch {}
  const isDark = chosen === "dark" || (chosen !== "light" && prefersDark.matches);
  document.documentElement.classList.toggle("dark-mode", isDark);
}
prefersDark.addEventListener("change", show);
addEventListener("storage", show);
show();
`;

export const docsStart = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
`;

/**
 * The colours are the tokens of docs/design.md, so that this page looks as the others do. The font is the one file that
 * the web UI ships; undefined where a hub has none, and then it is the system's.
 */
export const docsStyles = (font: string | undefined): string =>
  `${font === undefined ? "" : fontFace(font)}${styles}`;

const fontFace = (path: string) => `@font-face {
  font-family: "Inter Variable"; font-weight: 400 700; font-display: swap;
  src: url("${path}") format("woff2");
}
`;

const styles = `:root {
  color-scheme: light;
  --canvas: #f6f6f8; --surface: #ffffff; --raised: #f0f0f4; --line: #e1e1e7; --line-strong: #8a8a97;
  --ink: #17171c; --ink-soft: #51515d; --accent: #4338ca; --accent-solid: #4f46e5; --on-accent: #ffffff;
}
html.dark-mode {
  color-scheme: dark;
  --canvas: #0c0d12; --surface: #14161d; --raised: #1d2029; --line: #2a2e3a; --line-strong: #6f7587;
  --ink: #ededf2; --ink-soft: #a9adba; --accent: #a5a8ff; --accent-solid: #5753e0; --on-accent: #ffffff;
}
html, html.dark-mode, body { background: var(--canvas); color: var(--ink); }
body, .swagger-ui, .swagger-ui :is(.info .title, .opblock-tag, .btn, label, select, table, p, h1, h2, h3, h4, h5, li, input, textarea, .opblock .opblock-summary-description, .opblock-description-wrapper) {
  font-family: "Inter Variable", Inter, ui-sans-serif, system-ui, sans-serif;
}
body { margin: 0; font-size: 14px; line-height: 20px; }
code, .swagger-ui :is(code, pre, .opblock-summary-path, .opblock-summary-method) { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.hub-head {
  position: sticky; top: 0; z-index: 10;
  display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px;
  padding: 12px 24px; border-bottom: 1px solid var(--line); background: var(--surface);
}
.hub-head a { color: var(--accent); text-decoration: none; }
.hub-head a:hover { text-decoration: underline; }
.hub-head a.hub-back { font-weight: 600; }
.hub-where { margin-left: auto; min-width: 0; color: var(--ink-soft); font-size: 12px; overflow-wrap: anywhere; }
:is(html, html.dark-mode) .swagger-ui { background: var(--canvas); color: var(--ink); }
:is(html, html.dark-mode) .swagger-ui .scheme-container { background: var(--surface); border: solid var(--line); border-width: 1px 0; box-shadow: none; }
:is(html, html.dark-mode) .swagger-ui :is(.info .title, .info h2, .opblock-tag, .opblock-summary-path, .opblock-summary-path a, h4, h5, table thead tr th, .parameter__name, .response-col_status, .tab li, section.models h4) { color: var(--ink); }
:is(html, html.dark-mode) .swagger-ui :is(.info p, .info li, .opblock-tag small, .opblock-summary-description, .parameter__type, .opblock-description-wrapper p, .renderedMarkdown p, .response-col_links, label) { color: var(--ink-soft); }
:is(html, html.dark-mode) .swagger-ui :is(.info a, .renderedMarkdown a, a.nostyle.link) { color: var(--accent); }
:is(html, html.dark-mode) .swagger-ui .opblock { border-radius: 12px; box-shadow: none; }
:is(html, html.dark-mode) .swagger-ui .opblock .opblock-section-header { background: var(--raised); box-shadow: none; }
:is(html, html.dark-mode) .swagger-ui .opblock-tag { border-bottom-color: var(--line); font-size: 16px; }
:is(html, html.dark-mode) .swagger-ui .info .title { font-size: 24px; }
:is(html, html.dark-mode) .swagger-ui .info { margin: 24px 0; }
:is(html, html.dark-mode) .swagger-ui :is(input[type="text"], input[type="password"], textarea, select) { background: var(--surface); color: var(--ink); border: 1px solid var(--line-strong); border-radius: 8px; box-shadow: none; }
:is(html, html.dark-mode) .swagger-ui .btn { border-radius: 8px; box-shadow: none; }
:is(html, html.dark-mode) .swagger-ui .btn.execute { background: var(--accent-solid); border-color: var(--accent-solid); color: var(--on-accent); }
:is(html, html.dark-mode) .swagger-ui .btn.authorize { border-color: var(--accent); color: var(--accent); }
:is(html, html.dark-mode) .swagger-ui .btn.authorize svg { fill: var(--accent); }
:is(html, html.dark-mode) .swagger-ui section.models { border-color: var(--line); border-radius: 12px; }
@media (max-width: 640px) {
  .hub-head { padding: 12px 16px; }
  .hub-where { margin-left: 0; flex-basis: 100%; order: 1; }
}
`;
