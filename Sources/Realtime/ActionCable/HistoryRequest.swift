/// From where a client wants to go on, in the extended dialect:
/// `{"since":UNIX_SECONDS,"streams":{STREAM_ID:{"offset":N,"epoch":E}}}`.
package struct HistoryRequest: Equatable, Sendable, Decodable {
    private struct Place: Decodable {
        let offset: Int
        let epoch: String
    }

    private let since: Int?
    private let streams: [String: StreamPosition]

    enum CodingKeys: CodingKey { case since, streams }

    package init(since: Int? = nil, streams: [String: StreamPosition] = [:]) {
        self.since = since
        self.streams = streams
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // Clients in JavaScript may send fractions of a second.
        since = try container.decodeIfPresent(Double.self, forKey: .since).flatMap {
            Int(exactly: $0.rounded(.down))
        }
        streams =
            try container.decodeIfPresent([String: Place].self, forKey: .streams)?
            .mapValues { StreamPosition(epoch: $0.epoch, offset: $0.offset) } ?? [:]
    }

    /// The point for one stream; the moment counts only where there is no position.
    package func point(of streamID: String) -> RecoveryPoint? {
        streams[streamID].map(RecoveryPoint.position) ?? since.map(RecoveryPoint.since)
    }
}
