import Testing

@testable import Support

@Suite struct PresenceLedgerTests {
    private func subject(_ name: String) -> Presence.Subject { .init(name: name, card: nil) }

    private func next(_ ledger: inout PresenceLedger) throws -> PresenceLedger.Turn {
        let turn = ledger.next()
        return try #require(turn)
    }

    private func expectNothing(_ ledger: inout PresenceLedger) {
        let turn = ledger.next()
        #expect(turn == nil)
    }

    private func names(_ subjects: [Presence.Subject]?) -> Set<String> { Set((subjects ?? []).map(\.name)) }

    @Test func `Redis hears of the first socket and of the last one`() throws {
        var ledger = PresenceLedger(process: "g")
        #expect(ledger.isIdle)
        expectNothing(&ledger)
        for _ in 0..<3 { ledger.join(subject("x")) }
        let begin = try next(&ledger)
        #expect(begin.step == .begin && names(begin.came) == ["x"] && begin.went.isEmpty)
        let atOnce = ledger.finished(begin, .beating(more: false))
        #expect(!atOnce)

        ledger.leave(subject("x"))
        ledger.leave(subject("x"))
        let beat = try next(&ledger)
        #expect(beat.step == .beat && beat.came.isEmpty && beat.went.isEmpty)
        _ = ledger.finished(beat, .beating(more: false))

        ledger.leave(subject("x"))
        let end = try next(&ledger)
        #expect(end.step == .end && names(end.went) == ["x"])
        let again = ledger.finished(end, .beating(more: true))
        #expect(!again, "somebody else clears away the rest")
        #expect(ledger.isIdle)
        expectNothing(&ledger)
    }

    @Test func `what came and went again between two beats is not told`() throws {
        var ledger = PresenceLedger(process: "g")
        ledger.join(subject("x"))
        ledger.join(subject("y"))
        ledger.leave(subject("x"))
        let turn = try next(&ledger)
        #expect(names(turn.came) == ["y"])
        var other = PresenceLedger(process: "g")
        other.join(subject("x"))
        other.leave(subject("x"))
        expectNothing(&other)
        #expect(other.isIdle)
    }

    @Test func `what changes while a call is under way is told by the next one`() throws {
        var ledger = PresenceLedger(process: "g")
        ledger.join(subject("x"))
        let begin = try next(&ledger)
        ledger.leave(subject("x"))
        ledger.join(subject("y"))
        let again = ledger.finished(begin, .beating(more: false))
        #expect(again)
        let turn = try next(&ledger)
        #expect(names(turn.came) == ["y"] && names(turn.went) == ["x"])
        #expect(turn.step == .beat)
    }

    @Test func `an error tells the same again, under the same name`() throws {
        var ledger = PresenceLedger(process: "g")
        ledger.join(subject("x"))
        let (first, second) = (try next(&ledger), try next(&ledger))
        #expect(second.step == .begin && second.gateway == first.gateway && names(second.came) == ["x"])
    }

    @Test func `a lapsed lease is begun anew with everything, under a new name`() throws {
        var ledger = PresenceLedger(process: "g")
        ledger.join(subject("x"))
        let begin = try next(&ledger)
        _ = ledger.finished(begin, .beating(more: false))
        ledger.join(subject("y"))
        let beat = try next(&ledger)
        let again = ledger.finished(beat, .lapsed)
        #expect(again)
        let anew = try next(&ledger)
        #expect(anew.step == .begin && names(anew.came) == ["x", "y"])
        #expect(anew.gateway != begin.gateway)
    }

    @Test func `many changes go out in several calls`() throws {
        var ledger = PresenceLedger(process: "g", limit: 10)
        for number in 0..<25 { ledger.join(subject("\(number)")) }
        var told: Set<String> = []
        var sizes: [Int] = []
        while let turn = ledger.next() {
            sizes.append(turn.came.count)
            told.formUnion(names(turn.came))
            guard ledger.finished(turn, .beating(more: false)) else { break }
        }
        #expect(sizes == [10, 10, 5])
        #expect(told.count == 25)
        ledger.leaveAll()
        var steps: [Presence.Step] = []
        while let turn = ledger.next() {
            steps.append(turn.step)
            guard ledger.finished(turn, .beating(more: false)) else { break }
        }
        #expect(steps == [.beat, .beat, .end])
    }
}
