// Reads a whole number from a query string and keeps it within bounds, so that a caller cannot ask for too much.
export interface Range {
  fallback: number;
  least: number;
  most: number;
}

export function wholeNumber(query: URLSearchParams, name: string, range: Range): number {
  const number = Number.parseInt(query.get(name) ?? "", 10);
  return Number.isNaN(number) ? range.fallback : Math.min(Math.max(number, range.least), range.most);
}
