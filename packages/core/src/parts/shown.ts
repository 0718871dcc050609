export { fixFor, problemOf, reasonFor, warningsFor } from "../explain.js";
export { placeOf } from "../place.js";
export { type Flaw, type Shown, shownDefinition } from "../shown-definition.js";
export { isHidden, shownProfile } from "../shown-profile.js";
