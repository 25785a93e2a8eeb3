// The shape of AWS Lambda behind a function URL. The types are those parts of @types/aws-lambda that are used here.
interface Event {
  rawPath: string;
  queryStringParameters?: Record<string, string | undefined>;
  headers: Record<string, string | undefined>;
  requestContext: { http: { method: string } };
  body?: string;
  isBase64Encoded: boolean;
}

interface Context {
  functionName: string;
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

interface Result {
  statusCode: number;
  headers?: Record<string, string>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
}

export const handler = async (event: Event, context: Context): Promise<Result> => {
  // The path begins after the function's name: /NAME/ada arrives here as /ada.
  const who = event.rawPath.slice(1) || "world";
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ hello: who, function: context.functionName, requestId: context.awsRequestId }),
  };
};
