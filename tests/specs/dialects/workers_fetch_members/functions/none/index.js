export default { fetch: () => "none" };
