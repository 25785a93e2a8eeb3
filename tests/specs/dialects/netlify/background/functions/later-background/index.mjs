export default async (request) => { console.log("did", await request.text()); };
