export const cors = { 'access-control-allow-origin': '*' };
