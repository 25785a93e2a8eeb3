Object.assign(globalThis, { lazyLoaded: true });
export const text: string = "lazy text";
