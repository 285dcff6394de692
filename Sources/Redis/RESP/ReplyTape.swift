import CHiredis
import NIOCore

/// What hiredis's reader found, in the order it found it: a flat list of items, and their bytes.
///
/// The reader calls back once per element, parents first, so a reply is a run of items and no tree has to be
/// built in C and then copied: values are made from the run when the reply is complete. An array's declared
/// length allocates nothing, so a hostile `*2147483647` costs one item.
///
/// A struct behind its owner's pointer: as a class, the run-time exclusivity checks of its properties were a
/// third of the whole cost of receiving.
struct ReplyTape: ~Copyable {
    enum Item {
        case null
        case integer(Int)
        case array(count: Int)
        case string(at: Int, count: Int)
        case status(at: Int, count: Int)
        case error(at: Int, count: Int)
    }

    /// Where one complete reply ends in `items` and `bytes`.
    struct Mark {
        var items = 0
        var bytes = 0
    }

    let limits: RESPDecoder.Limits
    private(set) var items: ContiguousArray<Item> = []
    private(set) var bytes: [UInt8] = []
    private(set) var replies: ContiguousArray<Mark> = []

    init(limits: RESPDecoder.Limits) { self.limits = limits }

    /// The end of what is complete; behind it lies the reply that is still arriving.
    var complete: Mark { replies.last ?? Mark() }

    /// Adds an item; false when the reply that is arriving exceeds the limits.
    mutating func add(_ item: Item) -> Bool {
        guard items.count - complete.items < limits.elements else { return false }
        items.append(item)
        return true
    }

    mutating func add(_ text: UnsafeRawBufferPointer, as type: Int32) -> Bool {
        let start = bytes.count
        guard start - complete.bytes + text.count <= limits.replyBytes else { return false }
        bytes.append(contentsOf: text)
        return switch type {
        case REDIS_REPLY_STATUS: add(.status(at: start, count: text.count))
        case REDIS_REPLY_ERROR: add(.error(at: start, count: text.count))
        default: add(.string(at: start, count: text.count))
        }
    }

    mutating func completeReply() {
        replies.append(Mark(items: items.count, bytes: bytes.count))
    }

    /// Forgets the complete replies and moves the unfinished one to the front.
    mutating func discardComplete() {
        let end = complete
        replies.removeAll(keepingCapacity: true)
        items.removeFirst(end.items)
        bytes.removeFirst(end.bytes)
        if end.bytes > 0 {
            for index in items.indices { items[index].move(back: end.bytes) }
        }
        // One huge reply must not keep its memory for the life of the connection.
        if bytes.isEmpty, bytes.capacity > 1 << 20 { bytes = [] }
        if items.isEmpty, items.capacity > 1 << 16 { items = [] }
    }
}

extension ReplyTape.Item {
    fileprivate mutating func move(back distance: Int) {
        switch self {
        case .string(let at, let count): self = .string(at: at - distance, count: count)
        case .status(let at, let count): self = .status(at: at - distance, count: count)
        case .error(let at, let count): self = .error(at: at - distance, count: count)
        case .null, .integer, .array: break
        }
    }
}
