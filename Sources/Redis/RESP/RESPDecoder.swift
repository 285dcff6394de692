import CHiredis
import NIOCore

/// RESP2 from a stream of bytes, however it is cut: hiredis's incremental reader behind limits.
///
/// `feed` takes what the socket gave; `forEachReply` or `forEachPush` then hands over what became
/// complete. Errors are final: the connection must be closed. Not thread-safe; lives on its event loop.
final class RESPDecoder {
    /// What a peer may make this process hold. hiredis itself allows a nesting of 8 arrays.
    struct Limits: Sendable {
        /// Bytes of all strings of one reply.
        var replyBytes = 64 << 20
        /// Elements of one reply, nested ones included.
        var elements = 1 << 20
        /// A line: a number, a status, an error, or the head of a string or array.
        var lineBytes = 64 << 10
    }

    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let tape: UnsafeMutablePointer<ReplyTape>

    init(limits: Limits = Limits()) {
        tape = .allocate(capacity: 1)
        tape.initialize(to: ReplyTape(limits: limits))
        functions = .allocate(capacity: 1)
        functions.initialize(to: .tape)
        guard let reader = redisReaderCreateWithFunctions(functions) else {
            fatalError("out of memory: redisReaderCreate")
        }
        self.reader = reader
        reader.pointee.privdata = UnsafeMutableRawPointer(tape)
    }

    deinit {
        redisReaderFree(reader)
        functions.deinitialize(count: 1)
        functions.deallocate()
        tape.deinitialize(count: 1)
        tape.deallocate()
    }

    /// Parses `buffer` and everything kept from before.
    func feed(_ buffer: ByteBuffer) throws(RedisError) {
        let fed: Result<Void, RedisError> = buffer.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                // In pieces: hiredis moves all unread bytes to the front for each consumed kilobyte, which
                // over a full 64 KiB read would be sixty moves of 32 KiB on average.
                let piece = rest.prefix(4096)
                rest = rest.dropFirst(4096)
                do throws(RedisError) { try feed(UnsafeRawBufferPointer(rebasing: piece)) } catch {
                    return .failure(error)
                }
            }
            return .success(())
        }
        try fed.get()
    }

    private func feed(_ piece: UnsafeRawBufferPointer) throws(RedisError) {
        guard redisReaderFeed(reader, piece.baseAddress, piece.count) == REDIS_OK else { throw violation() }
        while true {
            var reply: UnsafeMutableRawPointer?
            guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw violation() }
            guard reply != nil else { break }
            tape.pointee.completeReply()
        }
        try checkUnparsed()
    }

    /// hiredis waits for as many bytes as the peer announces, and scans a line without an end again with
    /// each piece; both are bounded here.
    private func checkUnparsed() throws(RedisError) {
        let unparsed = reader.pointee.len - reader.pointee.pos
        let limits = tape.pointee.limits
        guard unparsed > limits.lineBytes, let base = reader.pointee.buf else { return }
        guard unparsed <= limits.replyBytes + limits.lineBytes else {
            throw RedisError(.protocolViolation, "a reply exceeds \(limits.replyBytes) bytes")
        }
        let line = UnsafeRawBufferPointer(start: base + reader.pointee.pos, count: limits.lineBytes)
        let hasEnd = line.indices.dropLast().contains { line[$0] == 13 && line[$0 + 1] == 10 }
        guard hasEnd else {
            throw RedisError(.protocolViolation, "a reply's line exceeds \(limits.lineBytes) bytes")
        }
    }

    /// How many replies are complete and not yet handed over.
    var replyCount: Int { tape.pointee.replies.count }

    /// Memory kept between replies.
    var retainedBytes: Int { tape.pointee.bytes.capacity }

    private func violation() -> RedisError {
        // hiredis has no other word for "the callback refused", which is what the limits do.
        if reader.pointee.err == REDIS_ERR_OOM {
            return RedisError(.protocolViolation, "a reply exceeds the limits of this client")
        }
        let words = withUnsafeBytes(of: reader.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(.protocolViolation, words)
    }

    /// Hands over and forgets each complete reply. Its strings share one allocation of their own, so keeping
    /// one keeps no neighbour's memory.
    func forEachReply(_ body: (RESPValue) throws(RedisError) -> Void) throws(RedisError) {
        defer { tape.pointee.discardComplete() }
        var start = ReplyTape.Mark()
        for end in tape.pointee.replies {
            let bytes =
                end.bytes > start.bytes
                ? ByteBuffer(bytes: tape.pointee.bytes[start.bytes..<end.bytes]) : ByteBuffer()
            var cursor = ReplyCursor(
                tape: UnsafePointer(tape), position: start.items, bytes: bytes, base: start.bytes)
            start = end
            try body(cursor.value())
        }
    }

    /// Hands over and forgets each complete reply as a cursor. All strings of all of them share one allocation,
    /// which suits messages that are passed on and dropped.
    func forEachPush(_ body: (inout ReplyCursor) throws(RedisError) -> Void) throws(RedisError) {
        guard !tape.pointee.replies.isEmpty else { return }
        defer { tape.pointee.discardComplete() }
        let bytes = ByteBuffer(bytes: tape.pointee.bytes[..<tape.pointee.complete.bytes])
        var start = 0
        for end in tape.pointee.replies {
            var cursor = ReplyCursor(tape: UnsafePointer(tape), position: start, bytes: bytes, base: 0)
            start = end.items
            try body(&cursor)
        }
    }
}

extension redisReplyObjectFunctions {
    /// Records on the tape; the objects that hiredis keeps are the tape's address and never dereferenced.
    fileprivate static var tape: Self {
        Self(
            createString: { task, text, count in
                let bytes = UnsafeRawBufferPointer(start: text, count: count)
                return record(task) { $0.add(bytes, as: task!.pointee.type) }
            },
            createArray: { task, count in record(task) { $0.add(.array(count: Int(count))) } },
            createInteger: { task, number in record(task) { $0.add(.integer(Int(number))) } },
            createNil: { task in record(task) { $0.add(.null) } },
            freeObject: nil)
    }
}

/// Nil makes hiredis stop with REDIS_ERR_OOM.
private func record(
    _ task: UnsafePointer<redisReadTask>?, _ add: (inout ReplyTape) -> Bool
) -> UnsafeMutableRawPointer? {
    guard let tape = task?.pointee.privdata else { return nil }
    return add(&tape.assumingMemoryBound(to: ReplyTape.self).pointee) ? tape : nil
}
