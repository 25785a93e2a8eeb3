let calls = 0;

export default async function handler(request) {
  calls += 1;
  switch (new URL(request.url).search) {
    case "?now":
      throw new Error("thrown now");
    case "?later":
      await new Promise((resolve) => setTimeout(resolve, 1));
      throw new TypeError("thrown later");
    case "?odd":
      throw { toString: () => { throw new Error("even its name throws"); } };
    case "?null":
      return Promise.reject(null);
  }
  return `fine after ${calls} calls`;
}
