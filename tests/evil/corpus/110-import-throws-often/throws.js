throw { get message() { throw this; }, get stack() { for (;;) structuredClone(this); }, toString: null };
