import Support

/// `{"hours": …}`, of an inbox or an agent. Null says that there are none, so clients always find the member.
struct WrittenHours: Codable {
    let hours: HoursDocument?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(hours, forKey: .hours)
    }

    enum CodingKeys: CodingKey { case hours }
}
