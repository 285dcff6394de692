/// An object of a job's arguments.
struct ArgumentObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ArgumentDecoder
    let members: [JSONScanner.Member]
    let codingPath: [any CodingKey]

    init(decoder: ArgumentDecoder, members: [JSONScanner.Member]) {
        self.decoder = decoder
        self.members = members
        codingPath = decoder.codingPath
    }

    var allKeys: [Key] {
        members.compactMap { decoder.text.string($0.name).flatMap { Key(stringValue: $0) } }
    }

    func contains(_ key: Key) -> Bool { range(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { decoder.text.isNull(try value(key).range) }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).flag() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).float(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try value(key).float(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try value(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try value(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try value(key).integer(type) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try value(key).value(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try value(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }

    /// Of equal names the last one counts.
    private func range(_ key: Key) -> Range<Int>? {
        members.last { decoder.text.matches($0.name, key.stringValue) }?.value
    }

    private func value(_ key: Key) throws -> ArgumentDecoder {
        guard let range = range(key) else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "there is no “\(key.stringValue)”"))
        }
        return ArgumentDecoder(text: decoder.text, range: range, parents: codingPath, key: key)
    }
}
