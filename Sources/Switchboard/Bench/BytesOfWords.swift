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
}
