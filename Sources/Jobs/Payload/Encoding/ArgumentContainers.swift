/// The members of an object.
struct ArgumentMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: ArgumentWriter
    let place: ArgumentWriter.Place
    var codingPath: [any CodingKey] { [] }

    private func next(_ key: Key) { writer.next(in: place, named: key.stringValue) }

    func encodeNil(forKey key: Key) {
        next(key)
        writer.writeNull()
    }

    func encode(_ value: Bool, forKey key: Key) {
        next(key)
        writer.write(value)
    }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        next(key)
        try writer.write(value)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        next(key)
        return KeyedEncodingContainer(ArgumentMembers<Nested>(writer: writer, place: writer.open(.object)))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        next(key)
        return ArgumentElements(writer: writer, place: writer.open(.array))
    }

    func superEncoder() -> any Encoder { unfaithful() }
    func superEncoder(forKey key: Key) -> any Encoder { unfaithful() }

    private func unfaithful() -> any Encoder {
        writer.isFaithful = false
        return ArgumentEncoder(writer: writer)
    }
}

/// The elements of an array.
struct ArgumentElements: UnkeyedEncodingContainer {
    let writer: ArgumentWriter
    let place: ArgumentWriter.Place
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(writer: ArgumentWriter, place: ArgumentWriter.Place) {
        self.writer = writer
        self.place = place
    }

    private mutating func next() {
        count += 1
        writer.next(in: place)
    }

    mutating func encodeNil() {
        next()
        writer.writeNull()
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        next()
        try writer.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        next()
        return KeyedEncodingContainer(ArgumentMembers<Nested>(writer: writer, place: writer.open(.object)))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        next()
        return ArgumentElements(writer: writer, place: writer.open(.array))
    }

    func superEncoder() -> any Encoder {
        writer.isFaithful = false
        return ArgumentEncoder(writer: writer)
    }
}

/// A value that stands alone.
struct ArgumentScalar: SingleValueEncodingContainer {
    let writer: ArgumentWriter
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { writer.writeNull() }
    func encode(_ value: Bool) { writer.write(value) }
    func encode(_ value: String) { writer.write(value) }
    func encode(_ value: Double) throws { try writer.write(float: value) }
    func encode(_ value: Float) throws { try writer.write(float: value) }
    func encode(_ value: Int) { writer.write(integer: value) }
    func encode(_ value: Int8) { writer.write(integer: value) }
    func encode(_ value: Int16) { writer.write(integer: value) }
    func encode(_ value: Int32) { writer.write(integer: value) }
    func encode(_ value: Int64) { writer.write(integer: value) }
    func encode(_ value: UInt) { writer.write(integer: value) }
    func encode(_ value: UInt8) { writer.write(integer: value) }
    func encode(_ value: UInt16) { writer.write(integer: value) }
    func encode(_ value: UInt32) { writer.write(integer: value) }
    func encode(_ value: UInt64) { writer.write(integer: value) }
    func encode<T: Encodable>(_ value: T) throws { try writer.write(value) }
}
