Parse.Cloud.define("of-told", () => "cloud code of told");
