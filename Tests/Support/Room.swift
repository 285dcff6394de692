enum TestRoom {}
