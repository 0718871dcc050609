import { Star } from "lucide-react";
import { IconButton } from "../parts/controls.js";
import { favourites, setFavourite } from "./favourites.js";

/** Marks a server as one that this person wants to see first. */
export function FavouriteButton({ id, name }: { readonly id: string; readonly name: string }) {
  const isFavourite = favourites.use().includes(id);
  return (
    <IconButton
      label={`Favourite: ${name}`}
      isSmall
      aria-pressed={isFavourite}
      className="relative aria-pressed:text-accent"
      onClick={() => setFavourite([id], !isFavourite)}
    >
      <Star className={`size-4 ${isFavourite ? "fill-current" : ""}`} aria-hidden="true" />
    </IconButton>
  );
}
