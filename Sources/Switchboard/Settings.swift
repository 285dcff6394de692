import Configuration
import Foundation
import Gateway
import Logging
import Postgres
import Redis
import Secrets
import Support
import SystemPackage

/// Everything that can be set, read once at the start: the only reader of the environment and of `config/*.yml`.
///
/// The environment wins over `config/ENVIRONMENT.yml`, and that over `config/default.yml`, which has every key. Rooms
/// are given their own configuration and never ask where it came from.
struct Settings: Sendable {
    let home: String
    let environment: String
    let logLevel: Logger.Level
    let redis: RedisConfiguration
    /// Where the jobs are; the same as `redis` unless `hasJobsRedis`.
    let jobsRedis: RedisConfiguration
    let hasJobsRedis: Bool
    let postgres: PostgresConfiguration
    let keyring: Keyring
    let gateway: GatewayApplication.Configuration
    let eventLoops: Int
    /// How long a gateway that stops goes on answering.
    let drainPeriod: Duration
    let worker: WorkerSettings
    let mail: MailSettings
    let support: SupportConfiguration
    /// What is in effect, in the order of the file, secrets hidden; for `switchboard config`.
    let effective: [(key: String, value: String)]

    struct WorkerSettings: Sendable {
        let concurrency: Int
        let queues: NumberedNames
        let queueLimits: NumberedNames
        let fairQueues: [String]
        let shutdownTimeout: Duration
        let journalBatch: Int
        let metricsPort: Int
    }

    struct MailSettings: Sendable {
        let folder: String
        let from: String
        /// Mails of one account.
        let perAccount: RateLimit
    }

    static func load(environment variables: [String: String] = ProcessInfo.processInfo.environment)
        async throws -> Settings
    {
        var variables = variables
        // As the platforms that run Procfiles name them.
        for (short, name) in [("HOST", "GATEWAY_HOST"), ("PORT", "GATEWAY_PORT")] {
            if let value = variables[short] { variables[name] = value }
        }
        let home = variables["SWITCHBOARD_HOME"] ?? FileManager.default.currentDirectoryPath
        let environment = variables["SWITCHBOARD_ENV"] ?? "development"
        guard FileManager.default.fileExists(atPath: "\(home)/config/default.yml") else {
            throw SettingsError([
                "there is no config/default.yml in \(home); run in Switchboard's folder or set SWITCHBOARD_HOME"
            ])
        }
        let reader = SettingsReader(
            ConfigReader(providers: [
                EnvironmentVariablesProvider(environmentVariables: variables),
                try await FileProvider<YAMLSnapshot>(
                    filePath: FilePath("\(home)/config/\(environment).yml"), allowMissing: true),
                try await FileProvider<YAMLSnapshot>(filePath: FilePath("\(home)/config/default.yml")),
            ]))
        return try Settings(reader, home: home, environment: environment)
    }

    private init(_ reader: SettingsReader, home: String, environment: String) throws {
        var reader = reader
        self.home = home
        self.environment = environment
        redis =
            try reader.parse("redis.url", secret: true) { try RedisConfiguration(url: $0) }
            ?? RedisConfiguration(url: "redis://127.0.0.1")
        let jobsRedis = try reader.parse("jobs.redis_url", secret: true) {
            $0.isEmpty ? nil : try RedisConfiguration(url: $0)
        }
        hasJobsRedis = (jobsRedis ?? nil) != nil
        self.jobsRedis = (jobsRedis ?? nil) ?? redis
        if self.jobsRedis.isCluster {
            reader.complain(
                "jobs.redis_url",
                "jobs have Sidekiq's keys, which no Redis Cluster can hold together: name a single Redis for them"
            )
        }
        var postgres =
            try reader.parse("database.url", secret: true) { try PostgresConfiguration(url: $0) }
            ?? PostgresConfiguration(url: "postgresql://127.0.0.1")
        postgres.poolSize = reader.int("database.pool_size", 1...500)
        self.postgres = postgres
        let previous = reader.list("switchboard.previous_secrets", secret: true)
        keyring = try Settings.keyring(reader.text("switchboard.secret", secret: true), previous, &reader)
        logLevel =
            try reader.parse("log.level") { name in
                guard let level = Logger.Level(rawValue: name) else {
                    throw SettingsError(["it is trace, debug, info, notice, warning, error or critical"])
                }
                return level
            } ?? .info

        var gateway = GatewayApplication.Configuration()
        gateway.host = reader.text("gateway.host")
        gateway.port = reader.int("gateway.port", 0...65_535)
        eventLoops = reader.int("gateway.event_loops", 0...256)
        let proxies = reader.list("gateway.trusted_proxies")
        do {
            gateway.channel.trustedProxies = try TrustedProxies(proxies)
        } catch {
            reader.complain("gateway.trusted_proxies", "“\(error.entry)” is no address and no CIDR block")
        }
        gateway.channel.webSocket.maxMessageBytes = reader.int("gateway.max_frame_bytes", 1024...(64 << 20))
        gateway.channel.webSocket.maxOutboundBytes = reader.int(
            "gateway.max_outbound_bytes", 131_072...(1 << 30))
        let drain = reader.int("gateway.drain_ms", 0...600_000)
        drainPeriod = .milliseconds(drain)
        gateway.channel.webSocket.drainPeriod = .milliseconds(Int64(drain))
        do {
            gateway.cable.origins = try AllowedOrigins(reader.list("gateway.allowed_origins"))
        } catch {
            reader.complain(
                "gateway.allowed_origins", "“\(error.entry)” is no origin, as https://example.com")
        }
        gateway.cable.frames = reader.rate("limits.frames")
        gateway.cable.sessionsPerPrincipal = reader.int("limits.sessions_per_principal", 1...1_000_000)
        gateway.cable.sessionsPerAddress = reader.int("limits.open_sessions_per_address", 1...1_000_000)
        gateway.channel.webSocket.messageTimeout = .seconds(
            Int64(reader.int("gateway.message_timeout_s", 1...3600)))
        gateway.echo = reader.flag("gateway.echo")
        if gateway.echo, environment == "production" {
            reader.complain("gateway.echo", "it is for conformance tests and never true in production")
        }
        self.gateway = gateway

        worker = WorkerSettings(
            concurrency: reader.int("worker.concurrency", 1...1000),
            queues: NumberedNames(reader.list("worker.queues")),
            queueLimits: NumberedNames(reader.list("worker.queue_limits")),
            fairQueues: reader.list("worker.fair_queues"),
            shutdownTimeout: .seconds(reader.int("worker.shutdown_timeout_s", 0...3600)),
            journalBatch: reader.int("worker.journal_batch", 1...10_000),
            metricsPort: reader.int("worker.metrics_port", 0...65_535))

        var support = SupportConfiguration()
        support.messageCharacters = reader.int("limits.message_characters", 1...1_000_000)
        support.contactMessages = reader.rate("limits.contact_messages")
        support.agentMessages = reader.rate("limits.agent_messages")
        support.addressMessages = reader.rate("limits.address_messages")
        support.contactMarks = reader.rate("limits.contact_marks")
        support.agentMarks = reader.rate("limits.agent_marks")
        support.sessionsPerAddress = reader.rate("limits.sessions_per_address")
        support.loginsPerAddress = reader.rate("limits.logins_per_address")
        support.loginsPerEmail = reader.rate("limits.logins_per_email")
        support.historyLength = reader.int("chats.history_length", 10...10_000)
        support.chatIdleExpiry = .seconds(reader.int("chats.idle_expiry_s", 60...31_536_000))
        support.cells = reader.int("redis.cells", 1...1024)
        let transport = reader.text("mail.transport")
        if transport != "folder" { reader.complain("mail.transport", "it is folder") }
        mail = MailSettings(
            folder: reader.text("mail.folder"), from: reader.text("mail.from"),
            perAccount: reader.rate("mail.per_account"))
        support.unreadEmailDelay = .seconds(reader.int("mail.unread_delay_s", 0...86_400))
        for text in reader.list("operators.accounts") {
            if let id = Account.ID(text) {
                support.operatorAccounts.insert(id)
            } else {
                reader.complain("operators.accounts", "“\(text)” is no UUID")
            }
        }
        self.support = support

        effective = reader.effective
        guard reader.problems.isEmpty else { throw SettingsError(reader.problems) }
    }

    private static func keyring(
        _ secret: String, _ previous: [String], _ reader: inout SettingsReader
    ) throws -> Keyring {
        do {
            return Keyring(current: try MasterKey(secret), previous: try previous.map { try MasterKey($0) })
        } catch {
            reader.complain(
                "switchboard.secret",
                "set SWITCHBOARD_SECRET to 32 bytes in hexadecimal: openssl rand -hex 32")
            // Stands in until all settings have been read; loading fails with the complaint.
            return Keyring(current: try MasterKey(String(repeating: "0", count: 64)))
        }
    }
}

/// All that is wrong with the settings, in one message.
struct SettingsError: Error, CustomStringConvertible {
    let problems: [String]

    init(_ problems: [String]) { self.problems = problems }

    var description: String {
        "The settings are not right:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
    }
}
