Parse.Cloud;
