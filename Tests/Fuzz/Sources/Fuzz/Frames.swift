import NIOCore

/// The frames of a client.
enum Frames {
    private struct Outcome: Equatable {
        var events: [WebSocketEvent] = []
        var failure: WebSocketFailure?
    }

    /// However bytes are cut, the decoder says the same of them; it makes no bytes, and keeps no more than came.
    static let anyCutIsTheSame: Target = { input in
        var choices = Choices(input)
        let (mode, cut) = (choices.byte(), Int(choices.byte()) + 1)
        let bytes = choices.bytes
        func decode(every count: Int) -> Outcome {
            var decoder = FrameDecoder(
                maxMessageBytes: mode & 2 == 0 ? 1 << 20 : 200, acceptsBinary: mode & 1 == 0)
            var outcome = Outcome()
            var rest = bytes[...]
            do {
                while !rest.isEmpty {
                    var chunk = ByteBuffer(bytes: rest.prefix(count))
                    rest = rest.dropFirst(count)
                    while let event = try decoder.next(from: &chunk) { outcome.events.append(event) }
                    expect(chunk.readableBytes == 0, "bytes were left")
                    expect(decoder.heldCapacity <= 4 * bytes.count + 64, "memory was taken for nothing")
                }
            } catch {
                outcome.failure = error
            }
            return outcome
        }
        let whole = decode(every: max(1, bytes.count))
        expect(whole == decode(every: cut), "cut into \(cut)")
        expect(whole == decode(every: 1), "cut into single bytes")
        expect(whole.events.reduce(0) { $0 + size($1) } <= bytes.count, "more came out than went in")
        if let code = whole.failure?.code { expect(code.isValidOnTheWire, "closed with \(code)") }
    }

    /// A message in any fragments, with a ping among them, arrives as it was; and what the encoder writes is the
    /// shortest frame with the same payload.
    static let whatIsSentArrives: Target = { input in
        var choices = Choices(input)
        let (isText, cut) = (choices.byte() & 1 == 0, Int(choices.byte()) + 1)
        let key = [choices.byte(), choices.byte(), choices.byte(), choices.byte()]
        let payload = choices.bytes
        var wire: [UInt8] = []
        var rest = payload[...]
        repeat {
            let isFirst = rest.count == payload.count
            let fragment = rest.prefix(cut)
            rest = rest.dropFirst(cut)
            let opcode: UInt8 = isFirst ? (isText ? 1 : 2) : 0
            wire += frame((rest.isEmpty ? 0x80 : 0) | opcode, Array(fragment), key)
            if isFirst, !rest.isEmpty { wire += frame(0x89, [7], key) }
        } while !rest.isEmpty

        var decoder = FrameDecoder(maxMessageBytes: 1 << 20, acceptsBinary: true)
        var bytes = ByteBuffer(bytes: wire)
        var last: WebSocketEvent?
        do throws(WebSocketFailure) {
            while let event = try decoder.next(from: &bytes) { last = event }
            let whole = ByteBuffer(bytes: payload)
            expect(last == (isText ? .text(whole) : .binary(whole)), "another message arrived")
        } catch {
            expect(isText && String(validating: payload, as: UTF8.self) == nil, "a right message was refused")
            expect(error == .notUTF8, "it is not UTF-8, and something else was said")
        }

        var out = ByteBuffer()
        FrameEncoder.binary(ByteBuffer(bytes: payload), into: &out)
        let header = frame(0x82, payload, nil)
        expect(out == ByteBuffer(bytes: header), "the encoder writes another frame")
    }

    private static func size(_ event: WebSocketEvent) -> Int {
        switch event {
        case .text(let payload), .binary(let payload), .ping(let payload), .pong(let payload):
            payload.readableBytes
        case .close(_, let reason): reason.utf8.count
        }
    }

    private static func frame(_ first: UInt8, _ payload: [UInt8], _ key: [UInt8]?) -> [UInt8] {
        let mask: UInt8 = key == nil ? 0 : 0x80
        func bytes(_ length: Int, _ count: Int) -> [UInt8] {
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
        }
        let length: [UInt8] =
            switch payload.count {
            case ..<126: [UInt8(payload.count) | mask]
            case ..<65536: [126 | mask] + bytes(payload.count, 2)
            default: [127 | mask] + bytes(payload.count, 8)
            }
        guard let key else { return [first] + length + payload }
        return [first] + length + key + payload.enumerated().map { $1 ^ key[$0 & 3] }
    }
}
