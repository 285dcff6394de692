/// A whole number in JSON. Foundation takes `1.5`, where it wants an `Int`, for broken JSON and cannot say which field
/// it was; this can.
struct WholeNumber: Decodable, Sendable {
    let value: Int

    init(_ value: Int) { self.value = value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Int(exactly: try container.decode(Double.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a whole number")
        }
        self.value = value
    }
}
