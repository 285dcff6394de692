import Foundation
import Realtime
import Testing

@testable import Support

@Suite struct RenumberingTests {
    private let texts = FactTexts()

    private func taken(_ top: Int, _ known: [Fact] = [], clients: Set<String> = []) -> [Chat.ID: Renumbering
        .Taken]
    {
        [texts.chat: .init(top: top, messages: Set(known.compactMap { $0.message?.id }), clients: clients)]
    }

    @Test func `messages with numbers that are taken get the next free ones, in their order`() throws {
        var renumbering = Renumbering()
        let facts = try [9, 10, 11].map { try texts.message($0) }
        let first = renumbering.fit(Array(facts[..<2]), taken: taken(10), open: [:])
        #expect(first.map(\.message?.seq) == [11, 12])
        // The next batch finds what the first one has written.
        #expect(renumbering.fit([facts[2]], taken: taken(12, first), open: [:]).map(\.message?.seq) == [13])
    }

    @Test func `what is there already stays one message`() throws {
        var renumbering = Renumbering()
        let facts = try [9, 10, 11].map { try texts.message($0) }
        let fit = renumbering.fit(facts, taken: taken(10, [facts[0]], clients: ["user:c10"]), open: [:])
        #expect(fit.map(\.message?.seq) == [nil, nil, 11])
    }

    @Test func `the other side's client id is another one`() throws {
        var renumbering = Renumbering()
        let fit = renumbering.fit([try texts.message(9)], taken: taken(10, clients: ["admin:c9"]), open: [:])
        #expect(fit.map(\.message?.seq) == [11])
    }

    @Test func `another chat keeps its numbers`() throws {
        var renumbering = Renumbering()
        let other = try FactTexts().message(9)
        #expect(renumbering.fit([other], taken: taken(10), open: [:]).map(\.message?.seq) == [9])
    }

    @Test func `a mark above the fork reaches up to it, and one from above it is none`() throws {
        var renumbering = Renumbering()
        let facts = [
            try texts.mark(.read, by: .admin, from: 3, upTo: 8), try texts.message(9),
            try texts.mark(.read, by: .admin, from: 7, upTo: 9, agent: (.new(), 9)),
            try texts.mark(.read, by: .admin, from: 8, upTo: 9),
        ]
        let fit = renumbering.fit(facts, taken: taken(10), open: [:])
        #expect(fit.map(\.upToSeq) == [8, nil, 8, nil])
        #expect(fit[2].agentUpToSeq == 8)
    }

    @Test func `a second open conversation becomes the one that is open`() throws {
        var renumbering = Renumbering()
        let (open, id) = (Conversation.ID.new(), Conversation.ID.new())
        let episode =
            #","conversation":{"id":"\#(id)","status":"waiting","version":1,"opened_at":"\#(FactTexts.iso(1))","#
            + #""assigned_at":null,"assignee_id":null}"#
        let fit = renumbering.fit(
            [try texts.message(9, more: episode)], taken: taken(10), open: [texts.chat: open])
        #expect(fit[0].conversation == nil)
    }
}
