export const GET = () => new Response('index');
