import Foundation
import Testing

@testable import Postgres

struct SQLTests {
    @Test func `values become numbered binds and never text`() {
        let name = "Robert'); DROP TABLE students;--"
        let sql: SQL = "SELECT \(1) FROM t WHERE name = \(name) AND seen < \(Date.distantPast)"
        #expect(sql.text == "SELECT $1 FROM t WHERE name = $2 AND seen < $3")
        #expect(sql.binds.map(\.type) == [.int8, .inferred, .timestamptz])
        #expect(sql.binds[1].text == Array(name.utf8))
    }

    @Test func `statements join with their binds renumbered`() {
        let filter: SQL = " AND a = \(1) AND b = \(2)"
        var sql: SQL = "SELECT * FROM t WHERE x = \("x")\(filter)"
        sql += " LIMIT \(10)"
        let sorted = sql + " OFFSET \(5)"
        #expect(sorted.text == "SELECT * FROM t WHERE x = $1 AND a = $2 AND b = $3 LIMIT $4 OFFSET $5")
        #expect(sorted.binds.count == 5)
    }

    @Test func `raw text stays text`() {
        let sql: SQL = "SELECT \(raw: "created_at") FROM t"
        #expect(sql.text == "SELECT created_at FROM t")
        #expect(sql.binds.isEmpty)
    }

    @Test func `nil is a typed NULL`() {
        let missing: Int32? = nil
        let sql: SQL = "SELECT \(missing)"
        #expect(sql.binds[0].type == .int4)
        #expect(sql.binds[0].text == nil)
    }

    @Test(arguments: ["\u{0}", "a\u{0}b"])
    func `a zero character is refused while encoding`(text: String) {
        let alone: SQL = "SELECT \(text)"
        let inArray: SQL = "SELECT \([text, "good"])"
        #expect(alone.binds[0].problem != nil)
        #expect(inArray.binds[0].problem != nil)
    }

    @Test func `a zero character is refused in JSON in every spelling and only there`() {
        func isRefused(_ json: String) -> Bool { ("\(PostgresJSON(json))" as SQL).binds[0].problem != nil }
        #expect(isRefused(#"{"a":"\u0000"}"#))
        #expect(isRefused(#"["\\\u0000"]"#))
        #expect(isRefused("\"\u{0}\""))
        #expect(!isRefused(#"["\\u0000"]"#))
        #expect(isRefused(#"["\u00001"]"#))
        #expect(!isRefused(#"["\u0001"]"#))
        #expect(!isRefused(#"["\u00"#))
    }

    @Test func `a scope sets its role last`() {
        let scope = PostgresScope(role: "app", settings: [("app.account_id", "7")])
        #expect(scope.opening?.text == "SELECT set_config($1, $2, true), set_config($3, $4, true)")
        #expect(scope.opening?.binds[2].text == Array("role".utf8))
        #expect(PostgresScope.none.opening == nil)
    }
}
