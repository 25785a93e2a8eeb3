import Parse from "parse/node";

export default () => Response.json(Parse.applicationId);
