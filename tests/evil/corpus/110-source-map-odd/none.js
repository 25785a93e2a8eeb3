export default () => { throw new Error('x'); };
//# sourceMappingURL=file:///etc/passwd
