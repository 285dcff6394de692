import Foundation
import Testing

@testable import Postgres

struct PostgresTextFormatTests {
    private func text(_ date: Date) -> String {
        let bind = PostgresBind(date)
        return bind.text.map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
    }

    private func decode<Value: PostgresDecodable>(_ text: String, as type: Value.Type) throws -> Value {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBufferPointer { try Value(postgres: PostgresCell(bytes: $0, column: "c")) }
    }

    @Test(arguments: [
        (0.0, "1970-01-01 00:00:00.000000+00"),
        (951_782_400.0, "2000-02-29 00:00:00.000000+00"),
        (-1.0, "1969-12-31 23:59:59.000000+00"),
        (1_795_255_033.123456, "2026-11-21 09:57:13.123456+00"),
        (-62_135_596_800.0, "0001-01-01 00:00:00.000000+00"),
        (253_402_300_799.0, "9999-12-31 23:59:59.000000+00"),
    ])
    func `dates have one text`(seconds: Double, expected: String) {
        #expect(text(Date(timeIntervalSince1970: seconds)) == expected)
    }

    @Test func `every microsecond survives`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let micros = Int64.random(in: -2_208_988_800_000_000...5_049_129_600_000_000, using: &generator)
            var buffer = PostgresText()
            PostgresTimestamp(micros: micros).write(into: &buffer)
            let written = String(decoding: buffer.bytes, as: UTF8.self)
            let date = try decode(written, as: Date.self)
            #expect(text(date) == written)
        }
    }

    @Test(arguments: [
        "2026-11-21 11:57:13.5+02", "2026-11-21 04:27:13.5-05:30", "2026-11-21 09:57:13.5+00:00:00",
    ])
    func `an offset is taken off`(written: String) throws {
        #expect(text(try decode(written, as: Date.self)) == "2026-11-21 09:57:13.500000+00")
    }

    @Test(arguments: [
        "infinity", "-infinity", "2026-11-21", "2026-11-21 09:57:13", "0044-03-15 12:00:00+00 BC", "", "soon",
    ])
    func `what is no instant is no Date`(written: String) {
        #expect(throws: PostgresError.self) { try decode(written, as: Date.self) }
    }

    @Test(arguments: [Double.nan, .infinity, 1e15, -1e15])
    func `a date that ISO 8601 cannot write is refused`(seconds: Double) {
        #expect(PostgresBind(Date(timeIntervalSinceReferenceDate: seconds)).problem != nil)
    }

    @Test func `array elements are always quoted`() {
        let bind = PostgresBind(["", "NULL", nil, #"a"b\c"#, "{x,y}"])
        #expect(String(decoding: bind.text!, as: UTF8.self) == #"{"","NULL",NULL,"a\"b\\c","{x,y}"}"#)
        #expect(PostgresBind([Int]()).text == Array("{}".utf8))
    }

    @Test func `arrays are read in the server's spelling`() throws {
        #expect(try decode("{}", as: [Int].self) == [])
        #expect(try decode("{1,NULL,3}", as: [Int?].self) == [1, nil, 3])
        #expect(try decode("[2:3]={7,8}", as: [Int].self) == [7, 8])
        #expect(try decode(#"{plain,"NULL","",NULL}"#, as: [String?].self) == ["plain", "NULL", "", nil])
        #expect(try decode(#"{"\\x00ff","\\x"}"#, as: [[UInt8]].self) == [[0, 255], []])
        #expect(try decode("{t,f}", as: [Bool].self) == [true, false])
    }

    @Test(arguments: [
        "", "{", "{1", "{1,}", "{,1}", "{1}}", "{{1},{2}}", #"{"a}"#, #"{"a\"#, "1,2", "{1,NULL}",
    ])
    func `a broken array is an error and no crash`(written: String) {
        #expect(throws: PostgresError.self) { try decode(written, as: [Int].self) }
    }

    @Test(arguments: [#"\x0"#, #"\xzz"#, "00", ""])
    func `broken bytes are an error and no crash`(written: String) {
        #expect(throws: PostgresError.self) { try decode(written, as: [UInt8].self) }
    }

    @Test func `a number that does not fit is an error without the number`() throws {
        do {
            _ = try decode("70000", as: Int16.self)
            Issue.record("70000 is no Int16")
        } catch let error as PostgresError {
            #expect(error.code == .decode)
            #expect(!error.message.contains("70000"))
        }
    }
}
