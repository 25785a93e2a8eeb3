// The theme: that of the system, or the one that was chosen here.
//
// Colours are `light-dark()` pairs of the style sheet, so the theme is one attribute of the document.
//
// Invariant: charts draw with the colours of the style sheet, and are told when those change.
import { effect, signal } from '@preact/signals';
import { load, save } from './storage';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: Theme[] = ['system', 'light', 'dark'];

export const theme = signal<Theme>(load<Theme>('theme', 'system'));

/** Counts changes of the colours; charts read it to draw again. */
export const paint = signal(0);

export function startTheme(): void {
  effect(() => {
    const chosen = theme.value;
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    save('theme', chosen);
    paint.value = paint.peek() + 1;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (paint.value = paint.peek() + 1));
}

let probe: HTMLElement | undefined;

/** The colour that a custom property means now. The property itself is a pair, which a canvas cannot read. */
export function colour(name: string): string {
  if (!probe) {
    probe = document.createElement('i');
    probe.className = 'probe';
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

export const isCalm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
