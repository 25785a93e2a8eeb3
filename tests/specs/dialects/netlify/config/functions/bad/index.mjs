export default () => new Response(); export const config = { path: "no-slash" };
