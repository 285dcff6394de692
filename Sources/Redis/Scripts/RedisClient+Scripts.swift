import NIOCore

extension RedisClient {
    /// Runs `script` by its hash; when Redis does not know it (it was restarted or flushed), once more with
    /// its source, which also teaches it.
    ///
    /// A wrong number of keys is a programming error and traps.
    package func evaluate(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument]
    ) async throws(RedisError) -> RESPValue {
        script.checkKeys(keys.count)
        if let cluster { return try await cluster.evaluate(script, keys: keys, arguments: arguments) }
        do throws(RedisError) {
            return try await roundTrip(script.commandName) { $0.writeEVALSHA(script, keys, arguments) }
        } catch {
            guard error.serverCode == .noScript else { throw error }
        }
        return try await roundTrip(script.commandName) { $0.writeEVAL(script, keys, arguments) }
    }

    /// `evaluate` for callers on an event loop: `completion` is called once, on `eventLoop`.
    package func submit(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument],
        _ completion: @escaping @Sendable (Result<RESPValue, RedisError>) -> Void
    ) {
        script.checkKeys(keys.count)
        if let cluster { return cluster.submit(script, keys: keys, arguments: arguments, completion) }
        submit(script, keys: keys, arguments: arguments, asking: false, completion)
    }

    func submit(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument], asking: Bool,
        _ completion: @escaping @Sendable (Result<RESPValue, RedisError>) -> Void
    ) {
        let first: @Sendable (Result<RESPValue, RedisError>) -> Void = { result in
            guard case .failure(let error) = result, error.serverCode == .noScript else {
                return completion(result)
            }
            self.stage(script.commandName, asking: asking, .callback(completion)) {
                $0.writeEVAL(script, keys, arguments)
            }
        }
        stage(script.commandName, asking: asking, .callback(first)) {
            $0.writeEVALSHA(script, keys, arguments)
        }
    }

    /// SCRIPT LOAD for all scripts in one write: at boot, so that the first callers need not send sources.
    ///
    /// In a cluster every node that answers is told; one that is away learns by `evaluate`.
    package func load(_ library: ScriptLibrary) async throws(RedisError) {
        if let cluster { return try await cluster.load(library) }
        let scripts = library.all
        let replies = try await pipeline(scripts.map { ["SCRIPT", "LOAD", .string($0.source)] })
        for (script, reply) in zip(scripts, replies) {
            // A syntax error, with Redis's word on where.
            if case .error(let text) = reply { throw .server(text, command: "SCRIPT LOAD \(script.name)") }
        }
    }
}

extension RedisScript {
    fileprivate func checkKeys(_ count: Int) {
        let isRight = header.keys.isOpen ? count >= keyCount : count == keyCount
        precondition(isRight, "\(name).lua takes \(keyCount) keys, not \(count)")
    }
}

extension ByteBuffer {
    // Field by field, with no array of all arguments on the way: this is the hot path.
    fileprivate mutating func writeEVALSHA(
        _ script: RedisScript, _ keys: [String], _ arguments: [RedisArgument]
    ) {
        writeScript("EVALSHA", script.sha1, keys, arguments)
    }

    fileprivate mutating func writeEVAL(
        _ script: RedisScript, _ keys: [String], _ arguments: [RedisArgument]
    ) {
        writeScript("EVAL", script.source, keys, arguments)
    }

    private mutating func writeScript(
        _ command: String, _ body: String, _ keys: [String], _ arguments: [RedisArgument]
    ) {
        writeRESPHeader(UInt8(ascii: "*"), 3 + keys.count + arguments.count)
        writeRESP(command)
        writeRESP(body)
        writeRESP(keys.count)
        for key in keys { writeRESP(key) }
        for argument in arguments { writeRESP(argument) }
    }
}
