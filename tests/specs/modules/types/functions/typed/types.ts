export interface Bee {
  name: string;
}

export type Missing = never;

throw new Error("a module imported for its types alone is not run");
