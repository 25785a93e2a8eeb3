import * as functions from "@google-cloud/functions-framework";
functions.http("one", (req, res) => res.send("one"));
functions.http("two", (req, res) => res.send("two"));
