import NIOCore
import Testing

@testable import Realtime

@Suite struct PatienceTests {
    private func read(_ text: String) -> Publication { Publication(ByteBuffer(string: text))! }

    @Test func `what waits goes out before what comes next on its stream, and with nothing else`() {
        var patience = Patience()
        let (first, second, other) = (read("~\n1"), read("~\n2"), read("~\n3"))
        #expect(patience.keep(first, of: "a") == true)
        #expect(patience.keep(other, of: "b") == false, "the wait has begun already")
        #expect(patience.keep(second, of: "a") == false)
        let news = read("7 e\nnews")
        let joined = patience.join([
            StreamBatch(channel: "c", publications: [news]), StreamBatch(channel: "a", publications: [news]),
        ])
        #expect(joined.map(\.publications) == [[news], [first, second, news]])
        #expect(patience.end().map(\.publications) == [[other]])
        #expect(patience.end().isEmpty)
        #expect(patience.keep(first, of: "a") == true, "a new wait")
    }

    @Test func `a header tells what may wait`() {
        #expect(read("~\n{}").kind == .patient && read("~\n{}").position == nil)
        #expect(read("\n{}").kind == .news && read("7 e\n{}").kind == .news)
        #expect(Publication(ByteBuffer(string: "~7 e\n{}")) == nil)
    }

    @Test func `streams that are taken out leave the others in place`() {
        var batches = StreamBatches()
        for channel in ["a", "b", "c", "b"] { batches.add(read("\n\(channel)"), to: channel) }
        #expect(batches.take("a").count == 1 && !batches.has("a") && batches.take("a").isEmpty)
        batches.add(read("\nb"), to: "b")
        #expect(batches.take("b").count == 3 && batches.take("c").count == 1 && batches.isEmpty)
    }
}
