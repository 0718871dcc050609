import { Monitor, Moon, Sun } from "lucide-react";
import { IconButton } from "../parts/controls.js";
import { setTheme, type Theme, useTheme } from "./theme.js";

const themes: Readonly<Record<Theme, { readonly next: Theme; readonly icon: typeof Sun }>> = {
  system: { next: "light", icon: Monitor },
  light: { next: "dark", icon: Sun },
  dark: { next: "system", icon: Moon },
};

export function ThemeButton() {
  const theme = useTheme();
  const { next, icon: Icon } = themes[theme];
  return (
    <IconButton label={`Theme: ${theme}. Switch to ${next}`} onClick={() => setTheme(next)}>
      <Icon className="size-4" aria-hidden="true" />
    </IconButton>
  );
}
