import NIOCore

/// What may wait, until something is sent on the same stream or the wait is over: it costs no write of its own then.
struct Patience {
    static let wait = TimeAmount.seconds(1)

    private var waiting = StreamBatches()
    private var isTimed = false

    /// Returns whether to call `end` after the wait.
    mutating func keep(_ publication: Publication, of channel: String) -> Bool {
        waiting.add(publication, to: channel)
        defer { isTimed = true }
        return !isTimed
    }

    /// Puts what waits for the same streams before the batches.
    mutating func join(_ batches: [StreamBatch]) -> [StreamBatch] {
        guard !waiting.isEmpty else { return batches }
        return batches.map { batch in
            guard waiting.has(batch.channel) else { return batch }
            var batch = batch
            batch.publications = waiting.take(batch.channel) + batch.publications
            return batch
        }
    }

    /// The wait is over; returns what has waited.
    mutating func end() -> [StreamBatch] {
        isTimed = false
        return waiting.takeAll()
    }
}
