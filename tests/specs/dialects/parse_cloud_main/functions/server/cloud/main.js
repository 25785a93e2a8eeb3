Parse.Cloud.define("of-server", () => "cloud code of server");
