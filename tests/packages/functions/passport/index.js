// passport: a local strategy with a session, over Express.
const express = require("express");
const session = require("express-session");
const passport = require("passport");
const { Strategy } = require("passport-local");

passport.use(new Strategy((username, password, done) => done(null, password === "secret" ? { name: username } : false, { message: "wrong" })));
passport.serializeUser((user, done) => done(null, user.name));
passport.deserializeUser((name, done) => done(null, { name }));

const app = express();
app.use(express.urlencoded({ extended: false }), session({ secret: "secret", resave: false, saveUninitialized: false, genid: () => "fixed" }), passport.session());
app.post("/login", passport.authenticate("local", { failureMessage: false }), (request, response) => response.json({ user: request.user }));
app.get("/me", (request, response) => response.json({ user: request.user ?? null, in: request.isAuthenticated() }));
app.listen(3000);
