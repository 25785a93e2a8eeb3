this is (
