import { app, InvocationContext, Timer } from "@azure/functions";

app.hook.preInvocation((context) => console.log("hook before", context.invocationContext.functionName));

app.timer("each-second", {
  schedule: "%OFTEN%",
  runOnStartup: true,
  handler: async (timer: Timer, context: InvocationContext): Promise<void> => {
    const { schedule, scheduleStatus, isPastDue } = timer;
    context.log("each second", schedule.adjustForDST, scheduleStatus, isPastDue, context.functionName, context.options.trigger.type, context.invocationId.length);
  },
});

app.timer("each-minute", {
  schedule: "0 * * * * *",
  retry: { strategy: "fixedDelay", maxRetryCount: 2, delayInterval: { seconds: 10 } },
  handler: () => {},
});
