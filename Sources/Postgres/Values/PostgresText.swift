/// The text form of one value on its way to the server.
package struct PostgresText {
    package private(set) var bytes: [UInt8] = []
    private(set) var isNull = false
    private(set) var problem: String?

    package init() {}

    package mutating func append(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }

    package mutating func append(_ bytes: some Sequence<UInt8>) { self.bytes.append(contentsOf: bytes) }

    package mutating func append(_ byte: UInt8) { bytes.append(byte) }

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
