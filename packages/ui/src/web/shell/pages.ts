import { Activity, Boxes, ChartNoAxesColumn, Grid2x2, House, Layers, Plug } from "lucide-react";

/** The pages one can go to from everywhere; `g` and then its `key` does. */
export const pages = [
  { to: "/", key: "h", label: "Overview", icon: House },
  { to: "/ui/servers", key: "s", label: "Servers", icon: Boxes },
  { to: "/ui/connect", key: "c", label: "Connect", icon: Plug },
  { to: "/ui/activity", key: "a", label: "Activity", icon: Activity },
  { to: "/ui/traffic", key: "t", label: "Traffic", icon: ChartNoAxesColumn },
  { to: "/ui/toolsets", key: "o", label: "Toolsets", icon: Layers },
  { to: "/ui/wall", key: "w", label: "Wallboard", icon: Grid2x2 },
] as const;

/** What a phone has room for below the page; the others are one tap further. */
export const onPhones = pages.slice(0, 4);
export const furtherOnPhones = pages.slice(4);
