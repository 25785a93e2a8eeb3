export default async () => "none";
