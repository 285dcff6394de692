import Foundation

/// A UUID that says what it identifies, so that a contact's can never be passed for a chat's.
///
/// New ones are UUIDv7 (RFC 9562 §5.7): they begin with their time, so rows lie in the order they were made
/// and a message's id alone finds its monthly partition. Written in lower case.
package struct Identifier<Thing>: Hashable, Sendable, CustomStringConvertible {
    package let uuid: UUID
    package let description: String

    package init(_ uuid: UUID) {
        self.uuid = uuid
        description = uuid.uuidString.lowercased()
    }

    /// Takes what RFC 9562 §4 calls the hex-and-dash form, in either case.
    package init?(_ text: String) {
        guard let uuid = UUID(hexAndDash: text) else { return nil }
        self.uuid = uuid
        description = text.lowercased()
    }

    package static func == (a: Self, b: Self) -> Bool { a.uuid == b.uuid }
    package func hash(into hasher: inout Hasher) { hasher.combine(uuid) }

    /// A new identifier made at a moment: 48 bits of milliseconds, then version, variant and 74 random bits.
    package static func new(at moment: Timestamp = .now()) -> Self {
        let time = UInt64(max(0, moment.milliseconds))
        let high = UInt64.random(in: .min ... .max)
        let low = UInt64.random(in: .min ... .max)
        func byte(_ value: UInt64, _ index: UInt64) -> UInt8 {
            UInt8(truncatingIfNeeded: value >> (index * 8))
        }
        return Self(
            UUID(
                uuid: (
                    byte(time, 5), byte(time, 4), byte(time, 3), byte(time, 2), byte(time, 1), byte(time, 0),
                    0x70 | (byte(high, 1) & 0x0F), byte(high, 0),
                    0x80 | (byte(low, 7) & 0x3F), byte(low, 6), byte(low, 5), byte(low, 4),
                    byte(low, 3), byte(low, 2), byte(low, 1), byte(low, 0)
                )))
    }
}

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
