export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const admin = new URL(request.url).searchParams.get('admin');
  const opened = (target) => new Promise((tell) => {
    target.onopen = () => tell('reached');
    target.onerror = () => tell('none');
  });
  const socket = await opened(new WebSocket(`ws://${admin}/healthz`));
  const events = new EventSource(`http://${admin}/healthz`);
  const event = await opened(events);
  events.close();
  return socket === 'none' && event === 'none' ? 'none' : 'reached';
};
