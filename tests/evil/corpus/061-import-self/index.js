const depth = Number(new URL(import.meta.url).searchParams.get('d') ?? 0);
await import('./index.js?d=' + (depth + 1)).catch(() => {});
export default (request) => 'ok';
