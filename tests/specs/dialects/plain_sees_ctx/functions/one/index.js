export default async request => request.method;
