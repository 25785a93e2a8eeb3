export const b = await import('./b.js');
