import Foundation
import Testing

@testable import Postgres

struct PostgresValuesIntegrationTests {
    enum Color: String, PostgresValue, CaseIterable { case red, green }

    @Test func `every type goes there and back`() async throws {
        try await TestDatabase.withPool { pool in
            func check<Value: PostgresValue & Equatable>(_ value: Value, _ type: String) async throws {
                let row = try await pool.query(
                    "SELECT \(value)::\(raw: type) AS one, \([value])::\(raw: type)[] AS many")[0]
                #expect(try row.decode("one", as: Value.self) == value)
                #expect(try row.decode("many", as: [Value].self) == [value])
            }
            for number in [0, 1, -1, Int.max, Int.min] { try await check(number, "bigint") }
            for number in [Int32.max, .min] { try await check(number, "int") }
            for number in [Int16.max, .min] { try await check(number, "smallint") }
            for number in [0.1, -1e300, 2.5e-308, .infinity, 1 / 3] { try await check(number, "float8") }
            try await check(true, "boolean")
            try await check("ζ 💬 'quoted' \"twice\" \\ \n {a,b}", "text")
            try await check(UUID(), "uuid")
            try await check(PostgresJSON(#"{"a": [1, "\\u0041"]}"#), "jsonb")
            try await check(Color.green, "text")
            try await check(Date(timeIntervalSince1970: 1_795_255_033.123457), "timestamptz")
            try await check([UInt8](0...255), "bytea")
            try await check([UInt8](), "bytea")
            let none: Int? = nil
            #expect(try await pool.query("SELECT \(none) AS n")[0].decode("n", as: Int?.self) == nil)
        }
    }

    @Test func `hostile arrays come back as they were`() async throws {
        let pieces = [
            "", "NULL", "null", "\"", "\\", "\\\\\"", ",", "{", "}", "{}", " ", "\t\n", "é", "💬", "'", "$1",
            "a",
        ]
        var generator = SystemRandomNumberGenerator()
        try await TestDatabase.withPool { pool in
            for _ in 0..<300 {
                let values = (0..<Int.random(in: 0...8, using: &generator)).map { _ -> String? in
                    guard Int.random(in: 0..<6, using: &generator) > 0 else { return nil }
                    let count = Int.random(in: 0...4, using: &generator)
                    return (0..<count).map { _ in pieces.randomElement(using: &generator)! }.joined()
                }
                let whole = try await pool.query("SELECT \(values) AS list")[0]
                #expect(try whole.decode("list", as: [String?].self) == values)
                let rows = try await pool.query(
                    "SELECT v FROM unnest(\(values)) WITH ORDINALITY u(v, n) ORDER BY n")
                #expect(try rows.map { try $0.decode("v", as: String?.self) } == values)
            }
        }
    }

    @Test func `microseconds are exact in the server's own reckoning`() async throws {
        try await TestDatabase.withPool { pool in
            for _ in 0..<200 {
                let micros = Int.random(in: -2_208_988_800_000_000...4_102_444_800_000_000)
                let date = Date(
                    timeIntervalSinceReferenceDate: Double(micros - 978_307_200_000_000) / 1_000_000)
                let row = try await pool.query(
                    "SELECT (extract(epoch FROM \(date)) * 1000000)::bigint AS micros, \(date) AS back")[0]
                #expect(try row.decode("micros", as: Int.self) == micros)
                #expect(try row.decode("back", as: Date.self) == date)
            }
        }
    }

    @Test func `a session in another time zone still answers in UTC`() async throws {
        try await TestDatabase.withPool { pool in
            let row = try await pool.query(
                "SELECT current_setting('TimeZone') AS zone, '2026-07-01 12:00+02'::timestamptz AS t")[0]
            #expect(try row.decode("zone", as: String.self) == "UTC")
            #expect(try row.decode("t", as: Date.self) == Date(timeIntervalSince1970: 1_782_900_000))
        }
    }

    @Test func `a zero character never reaches the server`() async throws {
        try await TestDatabase.withPool { pool in
            let error = await failure { try await pool.query("SELECT \("secret\u{0}rest")::text") }
            #expect(error?.code == .invalidParameter)
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test func `an error tells state, constraint and caller but no value`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (id int CONSTRAINT only_one PRIMARY KEY, mail text)")
            try await pool.query("INSERT INTO t VALUES (\(4711), \("a@example.com"))")
            let twice = await failure { try await pool.query("INSERT INTO t VALUES (\(4711), \("x"))") }
            #expect(twice?.isUniqueViolation == true)
            #expect(twice?.constraint == "only_one")
            #expect(twice?.file == #fileID)
            #expect(twice?.description.contains("4711") == false)
            let bad = await failure { try await pool.query("SELECT \("hunter2")::uuid") }
            #expect(bad?.sqlState == "22P02")
            #expect(bad?.description.contains("hunter2") == false)
        }
    }

    @Test func `rows say how many were touched, and NULL only fits an optional`() async throws {
        try await TestDatabase.withPool { pool in
            try await pool.query("CREATE TABLE t (id int, note text)")
            #expect(
                try await pool.query("INSERT INTO t SELECT * FROM unnest(\([1, 2, 3]), \(["a", nil, "c"]))")
                    .affected == 3)
            #expect(try await pool.query("UPDATE t SET note = 'x' WHERE id > \(1)").affected == 2)
            let row = try await pool.query("SELECT NULL::text AS note")[0]
            #expect(throws: PostgresError.self) { try row.decode("note", as: String.self) }
            #expect(throws: PostgresError.self) { try row.decode("absent", as: String?.self) }
            #expect(try row.decode("note", as: String?.self) == nil)
        }
    }
}
