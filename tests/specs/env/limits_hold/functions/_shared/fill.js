export function fill() {
  const kept = Array.from({ length: 48 }, () => new Uint8Array(1 << 20).fill(1));
  return `${kept.length} MB`;
}
