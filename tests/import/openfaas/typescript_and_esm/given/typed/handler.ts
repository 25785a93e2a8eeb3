export default async (event: { body: unknown }, context: any) => context.succeed(event.body);
