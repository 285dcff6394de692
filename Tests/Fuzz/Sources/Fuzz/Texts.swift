import Foundation
import NIOCore

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

    private enum Member: Decodable, Equatable {
        case string(String)
        case integer(Int)
        case bool(Bool)
        case null

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else {
                self = .string(try container.decode(String.self))
            }
        }

        init(_ value: FlatJSONObject.Value) {
            switch value {
            case .string(let text): self = .string(text)
            case .integer(let number): self = .integer(number)
            case .bool(let value): self = .bool(value)
            case .null: self = .null
            }
        }

        /// Exactly, where `==` would take two spellings of a letter for one.
        var bytes: [UInt8] { Array(String(describing: self).utf8) }
    }

    /// Foundation agrees with the short way about everything that this one takes.
    static let flat: Target = { input in
        guard let object = FlatJSONObject(ByteBuffer(bytes: input)) else { return }
        do {
            let members = try JSONDecoder().decode([String: Member].self, from: Data(input))
            for (name, member) in members {
                expect(
                    object[name].map { Member($0).bytes } == member.bytes,
                    "\(name) is \(member) to Foundation and \(String(describing: object[name])) to us")
            }
        } catch {
            fail("Foundation refuses it: \(error)")
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
