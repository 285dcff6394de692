/// The text form of one value on its way to the server.
package struct PostgresText {
    package private(set) var bytes: [UInt8] = []
    private(set) var isNull = false
    private(set) var problem: String?

    package init() {}

    package mutating func append(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }

    package mutating func append(_ bytes: some Sequence<UInt8>) { self.bytes.append(contentsOf: bytes) }

    package mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Two lower-case digits per byte.
    mutating func appendHexadecimal(_ bytes: UnsafeRawBufferPointer) {
        self.bytes.reserveCapacity(self.bytes.count + bytes.count * 2)
        for byte in bytes {
            append(Self.digit(byte >> 4))
            append(Self.digit(byte & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    /// A number that is not negative, with zeros in front up to `width`.
    mutating func append(_ number: Int64, width: Int) {
        var unit: Int64 = 1
        for _ in 1..<width { unit *= 10 }
        var rest = number
        while unit > 0 {
            append(UInt8(ascii: "0") + UInt8(rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    /// The value is NULL.
    package mutating func setNull() { isNull = true }

    /// The value has no form in PostgreSQL; the statement will fail with `reason` before anything is sent.
    /// The reason must not contain the value.
    package mutating func refuse(_ reason: String) { problem = problem ?? reason }

    /// Empties the text for the next element, keeping the storage.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        isNull = false
    }
}
