import Foundation

extension UnsafeRawBufferPointer {
    /// Where the word ends in these bytes. A load generator shares the cores with what it measures, so it searches bytes
    /// and makes no strings of them.
    func end(of word: StaticString) -> Int? {
        guard let base = baseAddress else { return nil }
        let length = word.utf8CodeUnitCount
        var start = 0
        while start + length <= count,
            let found = memchr(base + start, CInt(word.utf8Start.pointee), count - length - start + 1)
        {
            start = UnsafeRawPointer(found) - base
            if memcmp(found, word.utf8Start, length) == 0 { return start + length }
            start += 1
        }
        return nil
    }

    func contains(_ word: StaticString) -> Bool { end(of: word) != nil }

    /// The decimal number at `place`, which is moved behind it; 0 where there is none.
    func integer(at place: inout Int) -> UInt64 {
        var value: UInt64 = 0
        while place < count, case let digit = self[place], digit >= 0x30, digit <= 0x39 {
            value = value &* 10 &+ UInt64(digit - 0x30)
            place += 1
        }
        return value
    }

    func integer(after word: StaticString) -> Int? {
        guard var place = end(of: word) else { return nil }
        return Int(integer(at: &place))
    }

    /// What stands behind the word, up to the next quotation mark.
    func text(after word: StaticString) -> String? {
        guard let start = end(of: word) else { return nil }
        return String(decoding: self[start...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }
}
