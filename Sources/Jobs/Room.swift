enum JobsRoom {}
