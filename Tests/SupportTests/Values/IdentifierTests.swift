import Foundation
import Support
import Testing

@Suite struct IdentifierTests {
    private enum Thing {}
    private typealias ID = Identifier<Thing>

    @Test func `version, variant and time stand where RFC 9562 wants them`() {
        for _ in 0..<1000 {
            let moment = Timestamp(milliseconds: .random(in: 0...(1 << 48) - 1))
            let bytes = withUnsafeBytes(of: ID.new(at: moment).uuid.uuid) { Array($0) }
            #expect(bytes[6] >> 4 == 7)
            #expect(bytes[8] >> 6 == 0b10)
            #expect(bytes.prefix(6).reduce(0) { $0 << 8 | Int($1) } == moment.milliseconds)
        }
    }

    @Test func `later ones sort after earlier ones, as text and as PostgreSQL compares bytes`() {
        for _ in 0..<500 {
            let early = Timestamp(milliseconds: .random(in: 0...2_000_000_000_000))
            let late = early.adding(.milliseconds(.random(in: 1...1_000_000)))
            #expect(ID.new(at: early).description < ID.new(at: late).description)
        }
    }

    @Test func `no two are the same, and all random bits move`() {
        let moment = Timestamp.now()
        let ids = (0..<20_000).map { _ in ID.new(at: moment) }
        #expect(Set(ids).count == ids.count)
        var (ones, zeros) = ([UInt8](repeating: 0, count: 16), [UInt8](repeating: 0, count: 16))
        for id in ids {
            withUnsafeBytes(of: id.uuid.uuid) { bytes in
                for index in 0..<16 {
                    ones[index] |= bytes[index]
                    zeros[index] |= ~bytes[index]
                }
            }
        }
        let moving = (6..<16).map { ones[$0] & zeros[$0] }
        #expect(moving == [0x0F, 0xFF, 0x3F] + Array(repeating: 0xFF, count: 7))
    }

    @Test func `it is written in lower case and read in either`() throws {
        let text = "0193475e-7a00-7abc-8def-0123456789ab"
        #expect(ID(text.uppercased())?.description == text)
        #expect(ID(text) == ID(text.uppercased()))
        #expect(ID(text)?.hashValue == ID(text.uppercased())?.hashValue)
        let json = try JSONEncoder().encode([try #require(ID(text.uppercased()))])
        #expect(String(decoding: json, as: UTF8.self) == #"["\#(text)"]"#)
        #expect(try JSONDecoder().decode([ID].self, from: json) == [ID(text)])
    }

    @Test(arguments: [
        "", "1", "0193475e7a007abc8def0123456789ab", "0193475e-7a00-7abc-8def-0123456789abc",
        "0193475e-7a00-7abc-8def-0123456789ag", "'; --",
    ])
    func `what is no UUID is none`(_ text: String) {
        #expect(ID(text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([ID].self, from: JSONEncoder().encode([text]))
        }
    }

    /// And nothing that is no such form, of which Foundation takes some.
    @Test func `the hex-and-dash form is read as Foundation reads it`() throws {
        let form = try Regex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
        for _ in 0..<3000 {
            var text = Array(UUID().uuidString.utf8)
            if Bool.random() { text[.random(in: 0..<36)] = "0aF-gG@`/:".utf8.randomElement()! }
            if .random(in: 0..<20) == 0 { text.removeLast() }
            let spelled = String(decoding: text, as: UTF8.self)
            let isOne = spelled.wholeMatch(of: form) != nil
            #expect(ID(spelled)?.uuid == (isOne ? UUID(uuidString: spelled) : nil), "\(spelled)")
        }
    }

    @Test func `a moment before 1970 makes one all the same`() {
        let bytes = withUnsafeBytes(of: ID.new(at: Timestamp(milliseconds: -5)).uuid.uuid) { Array($0) }
        #expect(bytes.prefix(6).allSatisfy { $0 == 0 })
    }
}
