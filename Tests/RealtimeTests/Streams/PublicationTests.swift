import NIOCore
import Testing

@testable import Realtime

@Suite struct PublicationTests {
    private func read(_ text: String) -> Publication? { Publication(ByteBuffer(string: text)) }

    @Test func `a header of offset and epoch gives the position`() throws {
        let publication = try #require(read("17 0f3a9c\n{\"type\":\"new_message\"}"))
        #expect(publication.position == .init(epoch: "0f3a9c", offset: 17))
        #expect(String(buffer: publication.payload) == #"{"type":"new_message"}"#)
    }

    @Test func `an empty header means that there is no position`() throws {
        let publication = try #require(read("\n{\"type\":\"typing\"}"))
        #expect(publication.position == nil)
        #expect(String(buffer: publication.payload) == #"{"type":"typing"}"#)
    }

    @Test func `only the first line is the header`() throws {
        let publication = try #require(read("1 e\nfirst\nsecond\n"))
        #expect(String(buffer: publication.payload) == "first\nsecond\n")
    }

    @Test(arguments: [
        "", "no newline", "17 epoch", "17\n{}", "x epoch\n{}", "17 a b\n{}", " \n{}", "epoch 17\n{}",
        "1.5 e\n{}", "99999999999999999999 e\n{}", "{\"a\":1}\n",
    ])
    func `what none of our scripts would publish is no publication`(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test func `a slice in the middle of a buffer is read from its own start`() throws {
        var whole = ByteBuffer(string: "garbage5 e\n{}rest")
        whole.moveReaderIndex(forwardBy: 7)
        let slice = whole.readSlice(length: 6)
        let publication = try #require(slice.flatMap { Publication($0) })
        #expect(publication.position == .init(epoch: "e", offset: 5))
        #expect(String(buffer: publication.payload) == "{}")
    }

    @Test func `random bytes are a publication or not, and what follows the first line is never lost`() {
        let likely: [UInt8] = [0x0A, 0x20, 0x30, 0x31, 0x65, 0x7B, 0xFF, 0x00]
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...24)).map { _ in
                Bool.random() ? likely.randomElement()! : UInt8.random(in: .min ... .max)
            }
            guard let publication = Publication(ByteBuffer(bytes: bytes)) else { continue }
            let rest = bytes.drop { $0 != 0x0A }.dropFirst()
            #expect(Array(publication.payload.readableBytesView) == Array(rest))
        }
    }
}
