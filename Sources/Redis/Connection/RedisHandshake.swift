import NIOCore

/// What is said on a new socket before anything else: who we are, which database, and our name.
struct RedisHandshake {
    private var steps: [Step] = []
    private var answered = 0

    private enum Step { case authenticate, select, setName }

    /// - Parameter bytes: receives the commands, to be written at once.
    init(_ configuration: RedisConfiguration, into bytes: inout ByteBuffer) {
        if let password = configuration.password {
            let login: [RedisArgument] =
                (configuration.user.map { [.string($0)] } ?? []) + [.string(password)]
            bytes.writeRESP(RedisCommand(["AUTH"] + login))
            steps.append(.authenticate)
        }
        if configuration.database != 0 {
            bytes.writeRESP(["SELECT", .integer(configuration.database)])
            steps.append(.select)
        }
        // Always, so that there is an answer which says that the server takes us.
        bytes.writeRESP(["CLIENT", "SETNAME", .string(configuration.clientName)])
        steps.append(.setName)
    }

    var isComplete: Bool { answered == steps.count }

    mutating func receive(_ reply: RESPValue) throws(RedisError) {
        guard !isComplete else { throw RedisError(.protocolViolation, "a reply that nobody asked for") }
        defer { answered += 1 }
        guard case .error(let text) = reply else { return }
        let step = steps[answered]
        let name =
            switch step {
            case .authenticate: "AUTH"
            case .select: "SELECT"
            case .setName: "CLIENT SETNAME"
            }
        let error = RedisError.server(text, command: name)
        // A user who may not name the connection may still use it.
        if step == .setName, error.serverCode == .noPermission { return }
        throw error
    }
}
