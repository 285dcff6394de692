import Testing

@testable import Redis

@Suite struct RedisErrorTests {
    @Test(arguments: [
        ("LOADING Redis is loading the dataset in memory", RedisError.ServerCode.loading, true),
        ("READONLY You can't write against a read only replica.", .readOnly, true),
        ("MISCONF Errors writing to the AOF file: No space left on device", .misconfigured, true),
        ("NOSCRIPT No matching script. Please use EVAL.", .noScript, false),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", .wrongType, false),
        ("OOM command not allowed when used memory > 'maxmemory'.", .outOfMemory, true),
        ("ERR syntax error", RedisError.ServerCode(rawValue: "ERR"), false),
    ])
    func `server errors are told apart by their first word`(
        text: String, code: RedisError.ServerCode, transient: Bool
    ) {
        let error = RedisError.server(text, command: "SET")
        #expect(error.code == .server)
        #expect(error.serverCode == code)
        #expect(error.isTransient == transient)
        #expect(error.message == text)
        #expect(error.command == "SET")
    }

    @Test func `what Redis repeats of the arguments is cut off`() {
        let text = "ERR unknown command 'FOO', with args beginning with: 'secret' 'x' "
        #expect(RedisError.server(text, command: nil).message == "ERR unknown command 'FOO'")
    }

    @Test func `failures of the way are transient, mistakes are not`() {
        for code in [RedisError.Code.connection, .timeout, .overloaded] {
            #expect(RedisError(code, "").isTransient)
        }
        for code in [RedisError.Code.protocolViolation, .configuration, .closed] {
            #expect(!RedisError(code, "").isTransient)
        }
    }
}
