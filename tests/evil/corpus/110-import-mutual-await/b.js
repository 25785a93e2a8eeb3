export const a = await import('./a.js');
