/// Finds where the members of a JSON object begin and end, without reading what they mean.
///
/// Jobs travel through this room as the bytes they came in: other programs write fields that we do not know and
/// numbers that no Swift type holds exactly, and Sidekiq's Web page deletes a job by its very bytes. So a
/// payload is scanned once, strictly by RFC 8259, and later changed by cutting and pasting ranges.
struct JSONScanner {
    /// Where the member `"name": value` lies; the name with its quotes.
    struct Member: Sendable, Equatable {
        let name: Range<Int>
        let value: Range<Int>
    }

    /// Deeper nesting is refused: the scanner recurses, and no job needs it.
    static let maxDepth = 512

    private var position = 0

    /// The members of the object that `text` is, in the order of the text.
    static func members(of text: Span<UInt8>) throws(MalformedJob) -> [Member] {
        guard (try? UTF8Span(validating: text)) != nil else {  // `try?`: the kind of defect is of no use
            throw MalformedJob(reason: "not UTF-8")
        }
        var scanner = JSONScanner()
        scanner.skipBlanks(text)
        let members = try scanner.object(text, depth: 0)
        scanner.skipBlanks(text)
        guard scanner.position == text.count else { throw scanner.malformed }
        return members
    }

    private mutating func object(_ text: Span<UInt8>, depth: Int) throws(MalformedJob) -> [Member] {
        var members: [Member] = []
        // A job has about eight fields; nested objects are only skipped.
        if depth == 0 { members.reserveCapacity(16) }
        try expect(UInt8(ascii: "{"), text)
        skipBlanks(text)
        if accept(UInt8(ascii: "}"), text) { return members }
        repeat {
            skipBlanks(text)
            let name = try range(text) { scanner, text throws(MalformedJob) in try scanner.string(text) }
            skipBlanks(text)
            try expect(UInt8(ascii: ":"), text)
            skipBlanks(text)
            let value = try range(text) { scanner, text throws(MalformedJob) in
                try scanner.value(text, depth: depth + 1)
            }
            if depth == 0 { members.append(Member(name: name, value: value)) }
            skipBlanks(text)
        } while accept(UInt8(ascii: ","), text)
        try expect(UInt8(ascii: "}"), text)
        return members
    }

    private mutating func array(_ text: Span<UInt8>, depth: Int) throws(MalformedJob) {
        try expect(UInt8(ascii: "["), text)
        skipBlanks(text)
        if accept(UInt8(ascii: "]"), text) { return }
        repeat {
            skipBlanks(text)
            try value(text, depth: depth + 1)
            skipBlanks(text)
        } while accept(UInt8(ascii: ","), text)
        try expect(UInt8(ascii: "]"), text)
    }

    private mutating func value(_ text: Span<UInt8>, depth: Int) throws(MalformedJob) {
        guard depth <= Self.maxDepth, position < text.count else { throw malformed }
        switch text[position] {
        case UInt8(ascii: "{"): _ = try object(text, depth: depth)
        case UInt8(ascii: "["): try array(text, depth: depth)
        case UInt8(ascii: "\""): try string(text)
        case UInt8(ascii: "t"): try word("true", text)
        case UInt8(ascii: "f"): try word("false", text)
        case UInt8(ascii: "n"): try word("null", text)
        default: try number(text)
        }
    }

    private mutating func string(_ text: Span<UInt8>) throws(MalformedJob) {
        try expect(UInt8(ascii: "\""), text)
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape(text)
            case 0..<0x20: throw malformed
            default: break
            }
        }
        throw malformed
    }

    private mutating func escape(_ text: Span<UInt8>) throws(MalformedJob) {
        guard position < text.count else { throw malformed }
        let byte = text[position]
        position += 1
        switch byte {
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard position < text.count, Character(Unicode.Scalar(text[position])).isHexDigit else {
                    throw malformed
                }
                position += 1
            }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            break
        default: throw malformed
        }
    }

    private mutating func number(_ text: Span<UInt8>) throws(MalformedJob) {
        _ = accept(UInt8(ascii: "-"), text)
        if !accept(UInt8(ascii: "0"), text) { try digits(text) }
        if accept(UInt8(ascii: "."), text) { try digits(text) }
        if accept(UInt8(ascii: "e"), text) || accept(UInt8(ascii: "E"), text) {
            if !accept(UInt8(ascii: "+"), text) { _ = accept(UInt8(ascii: "-"), text) }
            try digits(text)
        }
    }

    private mutating func digits(_ text: Span<UInt8>) throws(MalformedJob) {
        let start = position
        while position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) {
            position += 1
        }
        if position == start { throw malformed }
    }

    private mutating func word(_ word: StaticString, _ text: Span<UInt8>) throws(MalformedJob) {
        for index in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[index], text) }
    }

    private mutating func skipBlanks(_ text: Span<UInt8>) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func accept(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
        guard position < text.count, text[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ text: Span<UInt8>) throws(MalformedJob) {
        guard accept(byte, text) else { throw malformed }
    }

    private mutating func range(
        _ text: Span<UInt8>, _ scan: (inout JSONScanner, Span<UInt8>) throws(MalformedJob) -> Void
    ) throws(MalformedJob) -> Range<Int> {
        let start = position
        try scan(&self, text)
        return start..<position
    }

    private var malformed: MalformedJob { MalformedJob(reason: "not JSON at byte \(position)") }
}

/// The bytes in a queue are no job. They go to the dead set as they are, as in Sidekiq.
package struct MalformedJob: Error, Equatable, CustomStringConvertible {
    package let reason: String
    package var description: String { "The text in the queue is no job: \(reason)" }
}
