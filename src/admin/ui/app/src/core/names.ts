// The names of all functions, for fields that want one and for the finder.
//
// Invariant: asked for once, and again when a page that lists functions has newer ones.
import { signal } from '@preact/signals';
import { ask } from './api';
import type { FunctionSummary } from './types';

export const functionNames = signal<string[]>([]);

export function noteNames(names: string[]): void {
  const known = functionNames.peek();
  if (known.length === names.length && known.every((name, index) => name === names[index])) return;
  functionNames.value = names;
}

export async function findNames(): Promise<void> {
  const functions = await ask<FunctionSummary[]>('/functions').catch(() => undefined);
  if (functions) noteNames(functions.map(({ name }) => name));
}
