import Foundation
import Support

/// The whole gateway, as visitors find it: tickets, subscriptions, and messages from the socket to everybody's screen.
struct VisitorBench: Sendable {
    enum Load: String, CaseIterable, Sendable {
        case connects = "connecting with ticket and subscription"
        case writing = "the whole write path"
    }

    /// A page of a contact, and a ticket that nobody has used yet.
    struct Page: Sendable {
        let chatID: String
        let ticket: String
    }

    let ports: [Int]
    let seconds: Double
    let house: House
    let inbox: Inbox

    static let connecting = 5000
    static let chats = 500
    /// Messages per second, by all chats in turn.
    static let rate = 500

    func run(_ load: Load) async throws -> [RealtimeBench.Measure] {
        switch load {
        case .connects: try await connects()
        case .writing: try await writing()
        }
    }

    /// Everybody for the first time, which reads their chats from PostgreSQL, and everybody again.
    private func connects() async throws -> [RealtimeBench.Measure] {
        let contacts = try await contacts(Self.connecting)
        var rates: [Double] = []
        for _ in 0..<2 {
            let lines = lines(try await pages(contacts))
            rates.append(
                try await LoadThread.run {
                    let generator = try LoadGenerator()
                    defer { generator.hangUp() }
                    return try generator.open(lines)
                })
        }
        return [
            RealtimeBench.Measure(name: "first time", unit: "/s", value: rates[0]),
            RealtimeBench.Measure(name: "again", unit: "/s", value: rates[1]),
        ]
    }

    private func writing() async throws -> [RealtimeBench.Measure] {
        let contacts = try await contacts(Self.chats)
        // Two ends of each chat, side by side.
        let pages = try await pages(contacts.flatMap { [$0, $0] })
        let (lines, seconds) = (lines(pages), seconds)
        let figures = try await LoadThread.run {
            let generator = try LoadGenerator()
            try generator.open(lines)
            return try generator.conversations(rate: Self.rate, seconds: seconds)
        }
        return [("acknowledged", figures.acknowledged), ("delivered", figures.delivered)].flatMap {
            name, times in
            let sorted = times.sorted()
            return [50, 99].map {
                RealtimeBench.Measure(
                    name: "\(name) p\($0)", unit: " ms", value: Double(sorted.percentile($0) ?? 0) / 1000)
            }
        }
    }

    private func contacts(_ count: Int) async throws -> [ContactSession] {
        var contacts: [ContactSession] = []
        for _ in 0..<count {
            let introduction = Contacts.Introduction()
            contacts.append(try await house.desk.contacts.begin(introduction, in: inbox, at: .now()).session)
        }
        return contacts
    }

    private func pages(_ contacts: [ContactSession]) async throws -> [Page] {
        let tickets = house.desk.tickets
        return try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, contact) in contacts.enumerated() {
                group.addTask { (index, try await tickets.issue(for: .contact(contact))) }
            }
            var issued = [String](repeating: "", count: contacts.count)
            for try await (index, ticket) in group { issued[index] = ticket }
            return zip(contacts, issued).map { Page(chatID: $0.chatID.description, ticket: $1) }
        }
    }

    private func lines(_ pages: [Page]) -> [LoadGenerator.Line] {
        pages.enumerated().map { index, page in
            LoadGenerator.Line(
                port: ports[index % ports.count], path: "/cable?ticket=\(page.ticket)",
                identifier: #"{\"channel\":\"ChatChannel\",\"chat_id\":\"\#(page.chatID)\"}"#)
        }
    }
}
