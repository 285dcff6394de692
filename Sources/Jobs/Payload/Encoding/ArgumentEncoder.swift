import Foundation
import NIOCore

/// Writes a job's arguments as JSON, member after member as the job gives them. `JSONEncoder` first makes a tree of the
/// whole value and sorts it, which costs several times what everything else about a push costs.
///
/// The same value gives the same text: members stand in the order in which the type encodes them. Times are seconds,
/// data is base64. What cannot be written in one go (dictionaries, whose order is another in each process, and types
/// that come back to a container they have left) is left to `JSONEncoder`.
struct ArgumentEncoder: Encoder {
    let writer: ArgumentWriter
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Throws `EncodingError` for a value that JSON has no words for.
    static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let writer = ArgumentWriter()
        try writer.write(value)
        writer.close(to: 0)
        guard writer.isFaithful else {
            let data = try careful.encode(value)
            return ByteBuffer(bytes: data)
        }
        return writer.bytes
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if ObjectIdentifier(type) == DictionaryKey.type { writer.isFaithful = false }
        return KeyedEncodingContainer(
            ArgumentMembers<Key>(writer: writer, place: writer.open(.object)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        ArgumentElements(writer: writer, place: writer.open(.array))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { ArgumentScalar(writer: writer) }

    static let careful: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .secondsSince1970
        return encoder
    }()
}

/// By the type of its keys a dictionary is known: the standard library's own, which has no name here.
private enum DictionaryKey {
    static let type: ObjectIdentifier? = {
        let probe = Probe()
        // `try?`: the probe throws nothing, and is asked for its keys before anything is written.
        try? ["": 0].encode(to: probe)
        return probe.seen
    }()

    private final class Probe: Encoder {
        var seen: ObjectIdentifier?
        let codingPath: [any CodingKey] = []
        let userInfo: [CodingUserInfoKey: Any] = [:]
        private let writer = ArgumentWriter()

        func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
            seen = ObjectIdentifier(type)
            return KeyedEncodingContainer(ArgumentMembers<Key>(writer: writer, place: writer.open(.object)))
        }
        func unkeyedContainer() -> any UnkeyedEncodingContainer {
            ArgumentElements(writer: writer, place: writer.open(.array))
        }
        func singleValueContainer() -> any SingleValueEncodingContainer { ArgumentScalar(writer: writer) }
    }
}
