/// (epoch, offset): where on its stream a publication stands, or a client that has everything up to there.
///
/// `offset` rises by one with each recoverable publication. `epoch` names one unbroken life of the data in Redis:
/// under another epoch the same offset may be another publication.
package struct StreamPosition: Sendable, Equatable {
    package let epoch: String
    package let offset: Int

    package init(epoch: String, offset: Int) {
        self.epoch = epoch
        self.offset = offset
    }

    /// Whether `next` is the publication that comes right after this place.
    func precedes(_ next: StreamPosition) -> Bool { epoch == next.epoch && offset + 1 == next.offset }

    /// Whether who stands here has had `other` already.
    func includes(_ other: StreamPosition) -> Bool { epoch == other.epoch && other.offset <= offset }
}
