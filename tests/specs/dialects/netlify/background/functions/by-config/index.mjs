export default async () => { console.log("done by config"); throw new Error("after all"); }; export const config = { background: true };
