import Foundation
import Postgres
import Realtime
import TestSupport
import Testing

@testable import Support

/// The attack list: account B tries everything on what is account A's. Nothing of A may be read, written, or
/// even told apart from what does not exist (DESIGN, promise 6).
@Suite struct AccessIntegrationTests {
    private struct Attack: Sendable {
        let victim: SupportFixture
        let visitor: SupportFixture.Visitor
        let attacker: SupportFixture
        let burglar: SupportFixture.Visitor

        /// A's chat under B's account: what B's sessions can address at all.
        var address: Chat.Address {
            Chat.Address(accountID: attacker.account, chatID: visitor.session.chatID)
        }

        /// B's contact with A's chat in their hands, which no token of ours would ever say.
        var forged: Principal {
            .contact(
                ContactSession(
                    accountID: attacker.account, inboxID: attacker.inbox.id,
                    contactID: visitor.session.contactID, chatID: visitor.session.chatID))
        }
    }

    private func attack(cold: Bool) async throws -> Attack {
        let (victim, attacker) = (try await SupportFixture.make(), try await SupportFixture.make())
        let visitor = try await victim.contact(name: "Victim", email: "victim@example.com")
        try await victim.send("secret", from: visitor, clientID: "c1")
        try await victim.answer("also secret", to: visitor)
        try await victim.persist()
        if cold { try await victim.forget(visitor.chat) }
        return Attack(
            victim: victim, visitor: visitor, attacker: attacker, burglar: try await attacker.contact())
    }

    @Test(arguments: [false, true])
    func `staff of one account can do nothing with a chat of another, warm or cold`(_ cold: Bool) async throws
    {
        let attack = try await attack(cold: cold)
        let (desk, staff, address) = (attack.attacker.desk, attack.attacker.staff, attack.address)
        let agent = attack.attacker.agent
        let nowhere = Chat.Address(accountID: attack.attacker.account, chatID: .new())
        let draft = try MessageDraft(content: "hi", clientID: "c1", limit: 100)
        let tries: [@Sendable (Chat.Address) async throws -> Void] = [
            { _ = try await desk.chats.show($0, to: staff, at: .now()) },
            { _ = try await desk.chats.show($0, to: staff, .after(0), at: .now()) },
            { _ = try await desk.chats.show($0, to: staff, .before(9), at: .now()) },
            { _ = try await desk.chats.show($0, to: staff, .since(Timestamp(milliseconds: 0)), at: .now()) },
            { _ = try await desk.chats.showToStaff($0, agent, at: .now()) },
            { try await desk.chats.require($0, for: staff, at: .now()) },
            { _ = try await desk.messages.send(draft, to: $0, from: staff, at: .now()) },
            { _ = try await desk.receipts.mark(.read, upTo: nil, in: $0, by: staff, at: .now()) },
            { _ = try await desk.receipts.mark(.delivered, upTo: 1, in: $0, by: staff, at: .now()) },
            { _ = try await desk.archive.set(true, $0, by: agent, at: .now()) },
            { _ = try await desk.archive.set(false, $0, by: agent, at: .now()) },
        ]
        for (number, attempt) in tries.enumerated() {
            let theirs = try await refusal { try await attempt(address) }
            let nobodys = try await refusal { try await attempt(nowhere) }
            #expect(theirs == .notFound("chat"), "try \(number)")
            #expect(theirs == nobodys, "another account's chat is told apart from none, try \(number)")
        }
        try await expectUnharmed(attack)
    }

    @Test func `a contact can do nothing with any chat but their own`() async throws {
        let attack = try await attack(cold: false)
        let neighbour = try await attack.victim.contact()
        let desk = attack.victim.desk
        // Another contact of the same account, and a contact of another account.
        for (caller, address) in [
            (neighbour.principal, attack.visitor.chat), (attack.burglar.principal, attack.address),
        ] {
            if case .contact(let session) = caller {
                #expect(session.chatID != address.chatID)
            }
            _ = try? await desk.chats.show(address, to: caller, at: .now())  // whom the doors let come so far
        }
        let refused = try await refusal {
            try await attack.attacker.desk.chats.show(
                attack.address, to: attack.burglar.principal, at: .now())
        }
        #expect(refused == .notFound("chat"))
        try await expectUnharmed(attack)
    }

    @Test func `an account that claims another's chat id gets an empty chat of its own`() async throws {
        let attack = try await attack(cold: false)
        let view = try await attack.attacker.desk.chats.show(attack.address, to: attack.forged, at: .now())
        #expect(view.messages.isEmpty)
        let sent = try await attack.attacker.send("mine", from: attack.forged, to: attack.address)
        #expect(sent.seq == 1)
        try await attack.attacker.persist()
        try await expectUnharmed(attack)
        #expect(
            try await attack.victim.count(
                """
                SELECT count(*) FROM support_messages
                WHERE chat_id = \(attack.visitor.session.chatID.uuid) AND account_id = \(attack.attacker.account.uuid)
                """) == 1)
    }

    @Test func `lists and searches find nothing of another account`() async throws {
        let attack = try await attack(cold: false)
        for archived in [false, true] {
            var filter = ChatList.Filter()
            filter.archived = archived
            for query in [nil, "secret", "victim", "%"] {
                filter.query = query
                let page = try await attack.attacker.desk.chatList.page(
                    filter, of: attack.attacker.account, before: nil)
                #expect(page.chats.isEmpty)
            }
            filter.query = nil
            filter.inbox = attack.victim.inbox.id
            let page = try await attack.attacker.desk.chatList.page(
                filter, of: attack.attacker.account, before: nil)
            #expect(page.chats.isEmpty)
        }
    }

    @Test func `a socket's channel carries its account, so another's cannot be named`() {
        let chat = Chat.ID.new()
        let (a, b) = (Account.ID.new(), Account.ID.new())
        #expect(
            Chat.Address(accountID: a, chatID: chat).channel
                != Chat.Address(accountID: b, chatID: chat).channel)
        #expect(Chat.Address.staffChannel(of: a) != Chat.Address.staffChannel(of: b))
    }

    private func expectUnharmed(_ attack: Attack) async throws {
        let view = try await attack.victim.desk.chats.show(
            attack.visitor.chat, to: attack.visitor.principal, at: .now())
        #expect(view.messages.map(\.content) == ["secret", "also secret"])
        #expect(view.messages.allSatisfy { $0.status == .sent })
        #expect(!view.archived)
    }
}
