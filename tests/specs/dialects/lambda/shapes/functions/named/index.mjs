export const process = async () => ({ statusCode: 200, body: "named" });
export const other = async () => ({ statusCode: 200, body: "other" });
