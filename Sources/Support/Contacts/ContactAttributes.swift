import Foundation

/// What a page or a form says of a contact beside name and address: texts, numbers, yes and no. Null takes one away.
package struct ContactAttributes: Codable, Sendable, Equatable {
    package enum Value: Codable, Sendable, Equatable {
        case text(String)
        case number(Double)
        case flag(Bool)
        case nothing

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .nothing
            } else if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)  // the next kind is tried when it is none
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)  // likewise
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .flag(let flag): try container.encode(flag)
            case .nothing: try container.encodeNil()
            }
        }
    }

    /// How many a contact has at most; those that would be too many are not kept.
    static let most = 100

    package let values: [String: Value]

    package init(_ values: [String: Value] = [:]) { self.values = values }

    package init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: Value].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }

    func validate() throws(SupportError) {
        guard values.count <= Self.most else {
            throw .invalid(field: "attributes", "They are at most \(Self.most).")
        }
        for (name, value) in values {
            guard (1...64).contains(name.count), Self.isPlain(name) else {
                throw .invalid(
                    field: "attributes", "A name has 1 to 64 characters and no control characters.")
            }
            guard case .text(let text) = value else { continue }
            guard text.count <= 1000, Self.isPlain(text) else {
                throw .invalid(
                    field: "attributes.\(name)", "It has at most 1000 characters and no control characters.")
            }
        }
    }

    /// Line breaks are welcome in an answer of several lines.
    private static func isPlain(_ text: String) -> Bool {
        !text.utf8.contains { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    }

    /// As PostgreSQL takes it.
    func json() throws -> String {
        String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
    }
}
