interface Event { path: string }
interface Context { succeed(value: unknown): void }

export default async (event: Event, context: Context) => context.succeed({ path: event.path });
