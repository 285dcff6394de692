import Testing

@testable import Support

@Suite struct TypingTests {
    private let here = Typing.Place(chat: Chat.Address(accountID: .new(), chatID: .new()))
    private func at(_ milliseconds: Int) -> Timestamp { Timestamp(milliseconds: 1_000_000 + milliseconds) }

    /// What is passed on of a row of turns in one place: `+` and `-` with their moments.
    private func passed(_ said: [(on: Bool, at: Int)]) -> [String] {
        var turns = TypingTurns()
        return said.flatMap { said in
            turns.turn(said.on, in: here, at: at(said.at)).map { ($0.on ? "+" : "-") + "\(said.at)" }
        }
    }

    @Test func `on is passed on at most once a second, however often it is said`() {
        #expect(passed((0..<30).map { (true, $0 * 100) }) == ["+0", "+1000", "+2000"])
    }

    @Test func `off is passed on at once, and only after an on`() {
        #expect(passed([(false, 0), (true, 0), (false, 1), (false, 2)]) == ["+0", "-1"])
        #expect(passed((0..<1500).map { ($0.isMultiple(of: 2), $0) }) == ["+0", "-1", "+1000", "-1001"])
    }

    @Test func `going to another place is stopping here, a note of the same chat included`() {
        var turns = TypingTurns()
        let note = Typing.Place(chat: here.chat, isPrivate: true)
        _ = turns.turn(true, in: here, at: at(0))
        let moved = turns.turn(true, in: note, at: at(1500))
        #expect(moved == [.init(place: here, on: false), .init(place: note, on: true)])
        let late = turns.turn(false, in: here, at: at(1600))
        #expect(late.isEmpty)
        let left = [
            turns.leave(Chat.Address(accountID: .new(), chatID: .new())), turns.leave(here.chat),
            turns.leave(here.chat),
        ]
        #expect(left == [nil, note, nil])
    }

    @Test func `a clock that was set back silences nobody`() {
        #expect(passed([(true, 60_000), (true, 0)]) == ["+60000", "+0"])
    }
}
