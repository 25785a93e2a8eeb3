export default () => { throw new Error('x'); };
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjogMywgInNvdXJjZXMiOiBbImZpbGU6Ly8vZXRjL3Bhc3N3ZCJdLCAibmFtZXMiOiBbXSwgIm1hcHBpbmdzIjogIkFBREEifQ==
