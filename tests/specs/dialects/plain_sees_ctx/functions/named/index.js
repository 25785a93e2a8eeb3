export default function handler(request, ctx) {
  return `${ctx.function} ${arguments.length}`;
}
