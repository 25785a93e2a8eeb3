// The four events of an HTTP request: of a function URL, of API Gateway (payloads 2.0 and 1.0), and of a load balancer.
//
// lambda/index.js picks one by `[lambda] event`; what is in it comes from shared/exchange.js.
//
// Invariant: an event is an ordinary object, as JSON.parse makes it, with the members that are absent in AWS's absent too.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypeJoin, DateNow, ObjectKeys, StringPrototypeIndexOf, StringPrototypeSlice } = primordials;
  const { remoteAddress, requestId } = core.loadExtScript("ext:skep/dialects/shared/exchange.js");
  const { bodyOf } = core.loadExtScript("ext:skep/dialects/shared/event_body.js");
  const { ACCOUNT, REGION } = core.loadExtScript("ext:skep/dialects/shared/event_context.js");
  const { cookiesOf, valueOf, without } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { joinedOf, lastOf, listsOf, setOwn } = core.loadExtScript("ext:skep/dialects/shared/event_objects.js");
  const { decodedPairs, sentPairs } = core.loadExtScript("ext:skep/dialects/shared/event_query.js");
  const { routeOf } = core.loadExtScript("ext:skep/dialects/shared/event_route.js");
  const { clfTime } = core.loadExtScript("ext:skep/dialects/shared/event_time.js");

  const PROTOCOL = "HTTP/1.1";
  const STAGE = "$default";

  /** Payload 2.0. */
  function payload2(call, settings, head, bytes, withRoute) {
    const route = withRoute ? routeOf(call, head.path) : null;
    const routeKey = route === null ? STAGE : `ANY ${route.pattern}`;
    const cookies = cookiesOf(head.headers);
    const query = decodedPairs(head.query);
    const body = bodyOf(bytes, valueOf(head.headers, "content-type"));
    const event = { version: "2.0", routeKey, rawPath: head.path, rawQueryString: head.query };
    if (cookies.length > 0) setOwn(event, "cookies", cookies);
    setOwn(event, "headers", joinedOf(without(head.headers, "cookie"), ","));
    if (query.length > 0) setOwn(event, "queryStringParameters", joinedOf(query, ","));
    setOwn(event, "requestContext", context2(call, settings, head, routeKey));
    if (route !== null && route.params.length > 0) setOwn(event, "pathParameters", lastOf(route.params));
    if (body !== null) setOwn(event, "body", body.text);
    setOwn(event, "isBase64Encoded", body !== null && body.isEncoded);
    return event;
  }

  function context2(call, settings, { method, path, headers }, routeKey) {
    const now = DateNow();
    const domainName = valueOf(headers, "host");
    const dot = StringPrototypeIndexOf(domainName, ".");
    return {
      accountId: "anonymous",
      apiId: settings.function,
      domainName,
      domainPrefix: dot === -1 ? domainName : StringPrototypeSlice(domainName, 0, dot),
      http: { method, path, protocol: PROTOCOL, sourceIp: remoteAddress(call), userAgent: valueOf(headers, "user-agent") },
      requestId: requestId(call),
      routeKey,
      stage: STAGE,
      time: clfTime(now),
      timeEpoch: now,
    };
  }

  /** Payload 1.0. */
  function payload1(call, settings, head, bytes) {
    const { path, method, headers } = head;
    const route = routeOf(call, path);
    const resource = route === null ? "/{proxy+}" : route.pattern;
    const params = route === null ? (path.length > 1 ? ["proxy", StringPrototypeSlice(path, 1)] : []) : route.params;
    const query = decodedPairs(head.query);
    const body = bodyOf(bytes, valueOf(headers, "content-type"));
    return {
      resource,
      path,
      httpMethod: method,
      headers: orNull(headers, lastOf),
      multiValueHeaders: orNull(headers, listsOf),
      queryStringParameters: orNull(query, lastOf),
      multiValueQueryStringParameters: orNull(query, listsOf),
      pathParameters: orNull(params, lastOf),
      stageVariables: null,
      requestContext: context1(call, settings, head, resource),
      body: body === null ? null : body.text,
      isBase64Encoded: body !== null && body.isEncoded,
    };
  }

  const orNull = (pairs, make) => pairs.length === 0 ? null : make(pairs);

  /** What an authorizer would fill. */
  const NOBODY = {
    __proto__: null, accessKey: null, accountId: null, apiKey: null, apiKeyId: null, caller: null, clientCert: null,
    cognitoAuthenticationProvider: null, cognitoAuthenticationType: null, cognitoIdentityId: null, cognitoIdentityPoolId: null,
    principalOrgId: null, user: null, userArn: null,
  };

  function context1(call, settings, { method, path, headers }, resourcePath) {
    const now = DateNow();
    return {
      accountId: ACCOUNT,
      apiId: settings.function,
      authorizer: null,
      resourceId: resourcePath,
      resourcePath,
      httpMethod: method,
      path,
      protocol: PROTOCOL,
      stage: STAGE,
      domainName: valueOf(headers, "host"),
      requestId: requestId(call),
      requestTime: clfTime(now),
      requestTimeEpoch: now,
      identity: { ...NOBODY, sourceIp: remoteAddress(call), userAgent: valueOf(headers, "user-agent") || null },
    };
  }

  /** Of an Application Load Balancer, without the option for several values. */
  function balancer(_call, settings, head, bytes) {
    const body = bodyOf(bytes, valueOf(head.headers, "content-type"));
    return {
      requestContext: { elb: { targetGroupArn: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${settings.function}/0` } },
      httpMethod: head.method,
      path: head.path,
      queryStringParameters: lastOf(sentPairs(head.query)),
      headers: lastOf(head.headers),
      body: body === null ? "" : body.text,
      isBase64Encoded: body !== null && body.isEncoded,
    };
  }

  // An event, and the rules of its answers (shared/event_handler.js).
  const adapt = (context) => context;
  const plain2 = (call, settings, head, bytes) => payload2(call, settings, head, bytes, false);
  const routed2 = (call, settings, head, bytes) => payload2(call, settings, head, bytes, true);
  const EVENTS = {
    __proto__: null,
    "function-url": { __proto__: null, adapt, isLoose: true, status: 502, make: plain2 },
    "apigw-v2": { __proto__: null, adapt, isLoose: true, status: 500, make: routed2 },
    "apigw-v1": { __proto__: null, adapt, isLoose: false, status: 502, make: payload1 },
    alb: { __proto__: null, adapt, isLoose: false, status: 502, make: balancer },
  };

  const eventNames = ArrayPrototypeJoin(ObjectKeys(EVENTS), ", ");

  return { __proto__: null, eventNames, EVENTS };
})();
