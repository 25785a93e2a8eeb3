export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new RegExp('[\\p{RGI_Emoji}&&[\\p{RGI_Emoji}--\\q{abc|d}]]'.repeat(2000), 'vi').test('x'));
};
