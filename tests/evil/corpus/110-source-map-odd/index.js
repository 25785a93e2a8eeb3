import './minus.js';
import './huge.js';
import './none.js';
export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const texts = [];
  for (const name of ['index', 'minus', 'huge', 'none']) {
    const fail = name === 'index' ? () => { throw new Error('x'); } : (await import(`./${name}.js`)).default;
    try {
      fail();
    } catch (error) {
      texts.push(error.stack);
    }
  }
  return texts.join().includes('root:') ? 'read' : 'nothing';
};
