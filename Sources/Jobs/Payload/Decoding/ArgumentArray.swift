/// An array of a job's arguments.
struct ArgumentArray: UnkeyedDecodingContainer {
    let decoder: ArgumentDecoder
    let elements: [Range<Int>]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(decoder: ArgumentDecoder, elements: [Range<Int>]) {
        self.decoder = decoder
        self.elements = elements
        codingPath = decoder.codingPath
    }

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    mutating func decodeNil() throws -> Bool {
        guard decoder.text.isNull(try peek(Never.self).range) else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try next { try $0.flag() } }
    mutating func decode(_ type: String.Type) throws -> String { try next { try $0.string() } }
    mutating func decode(_ type: Double.Type) throws -> Double { try next { try $0.float(type) } }
    mutating func decode(_ type: Float.Type) throws -> Float { try next { try $0.float(type) } }
    mutating func decode(_ type: Int.Type) throws -> Int { try next { try $0.integer(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try next { try $0.integer(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try next { try $0.integer(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try next { try $0.integer(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try next { try $0.integer(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try next { try $0.integer(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next { try $0.integer(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next { try $0.integer(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next { try $0.integer(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next { try $0.integer(type) } }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next { try $0.value(type) } }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try next { try $0.container(keyedBy: type) } }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try next { $0 } }

    private mutating func next<T>(_ read: (ArgumentDecoder) throws -> T) throws -> T {
        let value = try read(try peek(T.self))
        currentIndex += 1
        return value
    }

    private func peek(_ type: Any.Type) throws -> ArgumentDecoder {
        let key = ArgumentIndex(currentIndex)
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                type,
                .init(codingPath: codingPath + [key], debugDescription: "there are only \(currentIndex)"))
        }
        return ArgumentDecoder(
            text: decoder.text, range: elements[currentIndex], parents: codingPath, key: key)
    }
}
