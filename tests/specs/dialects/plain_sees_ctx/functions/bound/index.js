function handler(request, ctx) {
  return `${ctx.function} ${arguments.length}`;
}

export default handler.bind(null);
