export default async (event, context) => context.succeed("m");
