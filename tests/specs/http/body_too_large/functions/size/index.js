export default async (request) => (await request.arrayBuffer()).byteLength;
