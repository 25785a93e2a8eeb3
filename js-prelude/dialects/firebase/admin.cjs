// In the place of firebase-admin inside the package: Skep checks no tokens, so every one of them is refused.

"use strict";

const refuse = () => {
  throw new Error("Skep checks no Firebase tokens: check them in the function, or set [firebase] ignore_auth = true");
};

exports.getAuth = () => ({ verifyIdToken: refuse });
exports.getAppCheck = () => ({ verifyToken: refuse });
exports.getApp = () => ({});
exports.initializeApp = () => ({});
exports.applicationDefault = () => ({});
exports.deleteApp = () => {};
