import { Activity, Boxes, ChartNoAxesColumn, Grid2x2, Layers, Plug } from "lucide-react";

/** The pages one can go to from everywhere; `g` and then its `key` does. */
export const pages = [
  { to: "/", key: "s", label: "Servers", icon: Boxes },
  { to: "/ui/connect", key: "c", label: "Connect", icon: Plug },
  { to: "/ui/toolsets", key: "o", label: "Toolsets", icon: Layers },
  { to: "/ui/activity", key: "a", label: "Activity", icon: Activity },
  { to: "/ui/traffic", key: "t", label: "Traffic", icon: ChartNoAxesColumn },
  { to: "/ui/wall", key: "w", label: "Wallboard", icon: Grid2x2 },
] as const;
