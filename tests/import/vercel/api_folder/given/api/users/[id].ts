import { find } from '../../lib/users.js';
export const GET = (request: Request) => Response.json(find(request.url));
