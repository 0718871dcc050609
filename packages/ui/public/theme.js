// Before anything is drawn, so that a dark page never flashes white.
(() => {
  let chosen = "system";
  try {
    chosen = localStorage.getItem("mcp-hub-theme") ?? "system";
  } catch {}
  const isDark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
})();
