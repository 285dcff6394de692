import Testing

@testable import Postgres

struct PostgresErrorTests {
    @Test(arguments: ["40001", "40P01", "08006", "08007", "57P01", "57P03", "53100", "53300", "25006"])
    func `these states pass with time`(state: String) {
        #expect(PostgresError(.server, "", sqlState: state).isTransient)
    }

    @Test(arguments: ["23505", "42601", "22P02", "57014", "42501", "40002"])
    func `these states do not`(state: String) {
        #expect(!PostgresError(.server, "", sqlState: state).isTransient)
    }

    @Test func `a lost connection and a full pool pass with time`() {
        #expect(PostgresError(.connection, "").isTransient)
        #expect(PostgresError(.poolExhausted, "").isTransient)
        #expect(!PostgresError(.shutdown, "").isTransient)
        #expect(!PostgresError(.cancelled, "").isTransient)
    }

    @Test(arguments: [
        (
            #"invalid input syntax for type uuid: "se"cret""#, "22P02",
            #"invalid input syntax for type uuid: "…""#
        ),
        (#"syntax error in tsquery: "secret &""#, "42601", #"syntax error in tsquery: "…""#),
        (#"syntax error at or near "FRMO""#, "42601", #"syntax error at or near "FRMO""#),
        (#"relation "t" does not exist"#, "42P01", #"relation "t" does not exist"#),
        ("division by zero", "22012", "division by zero"),
    ])
    func `values are taken out of the server's words`(words: String, state: String, expected: String) {
        #expect(PostgresResult.withoutValues(words, state) == expected)
    }

    @Test(arguments: ["", "postgres//x:hunter2@", "host=a password=hunter2 nonsense"])
    func `a bad URL is refused without being quoted`(url: String) {
        do {
            _ = try PostgresConfiguration(url: url)
            Issue.record("accepted \(url)")
        } catch {
            #expect(error.code == .configuration)
            #expect(!error.message.contains("hunter2"))
        }
    }
}
