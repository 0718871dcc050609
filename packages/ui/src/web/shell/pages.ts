import { Activity, Boxes, ChartNoAxesColumn, Grid2x2, Layers, Plug } from "lucide-react";

/** The pages one can go to from everywhere. */
export const pages = [
  { to: "/", label: "Servers", icon: Boxes },
  { to: "/ui/connect", label: "Connect", icon: Plug },
  { to: "/ui/toolsets", label: "Toolsets", icon: Layers },
  { to: "/ui/activity", label: "Activity", icon: Activity },
  { to: "/ui/traffic", label: "Traffic", icon: ChartNoAxesColumn },
  { to: "/ui/wall", label: "Wallboard", icon: Grid2x2 },
] as const;
