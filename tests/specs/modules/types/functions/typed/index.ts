import type { Bee, Missing } from "./types.ts";
import { kept, type Kept } from "./values.ts";

declare const nowhere: string;

interface Sized {
  readonly size?: number;
}

function sizeOf(value: string): number;
function sizeOf(value: unknown[]): number;
function sizeOf(value: string | unknown[]): number {
  return value.length;
}

abstract class Base<T extends object> {
  protected constructor(private readonly value: T, public label?: string) {}
  get<K extends keyof T>(key: K): T[K] {
    return this.value[key]!;
  }
}

class Named extends Base<Bee> {
  declare ghost: Missing;
  constructor(bee: Bee) {
    super(bee);
  }
}

const note: Kept = kept;

export default (): Record<string, unknown> => {
  const bee = { name: "Maja" } satisfies Bee as Bee;
  const sized: Sized = { size: sizeOf(<unknown[]> [1, 2, 3]) };
  return { name: new Named(bee).get("name"), ...sized, kept: note };
};
