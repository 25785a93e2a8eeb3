export const handler = awslambda.streamifyResponse(() => 1);
