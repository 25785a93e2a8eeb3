export type Kept = string;
export const kept: Kept = "import type erased";
