export default function list() {
  return [1, 2, 3];
}
