export default function () {
  return `${arguments[1].function} ${arguments.length}`;
}
