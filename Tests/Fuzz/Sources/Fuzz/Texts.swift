import Foundation

/// UTF-8 and JSON, each beside the standard library's opinion.
enum Texts {
    /// In pieces of any size the validator agrees with the standard library about the whole.
    static let validator: Target = { input in
        var choices = Choices(input)
        let cut = Int(choices.byte()) + 1
        let bytes = choices.bytes
        func accepts(every count: Int) -> Bool {
            var validator = UTF8Validator()
            var rest = bytes[...]
            while !rest.isEmpty {
                guard rest.prefix(count).withUnsafeBytes({ validator.consume($0) }) else { return false }
                rest = rest.dropFirst(count)
            }
            return validator.isComplete
        }
        let isValid = String(validating: bytes, as: UTF8.self) != nil
        for count in [cut, 1, max(1, bytes.count)] {
            expect(accepts(every: count) == isValid, "UTF-8: \(isValid), in pieces of \(count) otherwise")
        }
    }

    /// What is written by hand is read back by Foundation as it was.
    static let json: Target = { input in
        let text = String(decoding: input, as: UTF8.self)
        let written = JSONText.string(text)
        do {
            let read = try JSONDecoder().decode([String].self, from: Data("[\(written)]".utf8))
            expect(read.count == 1 && Array(read[0].utf8) == Array(text.utf8), "\(written) is read otherwise")
        } catch {
            fail("\(written) is no JSON: \(error)")
        }
    }
}
