const PARENT = "00f067aa0ba902b7";

export default (_request, { trace: { traceId, spanId } }) => ({ traceId, spanId, same_as_parent: spanId === PARENT });
