const atLoad = { name: process.env.AWS_LAMBDA_FUNCTION_NAME, root: process.env.LAMBDA_TASK_ROOT, region: process.env.AWS_REGION };
exports.handler = async (event, context) => {
  const remaining = context.getRemainingTimeInMillis();
  const { AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_REGION, LAMBDA_TASK_ROOT, _HANDLER, TZ } = process.env;
  return {
    atLoad,
    context: { ...context },
    functions: [typeof context.succeed, typeof context.fail, typeof context.done],
    remains: remaining > 4000 && remaining <= 5000,
    env: { AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_VERSION, AWS_LAMBDA_FUNCTION_MEMORY_SIZE, AWS_REGION, LAMBDA_TASK_ROOT, _HANDLER, TZ },
    same: context.awsRequestId === event.requestContext.requestId,
  };
};
