// The characters that give a JSON text its structure, by their codes, which are the same in UTF-8 bytes.
export const quote = 34;
export const comma = 44;
export const colon = 58;
export const bracketOpen = 91;
export const backslash = 92;
export const bracketClose = 93;
export const braceOpen = 123;
export const braceClose = 125;
