// swift-tools-version: 6.2
import PackageDescription

// Every room is compiled in the Swift 6 language mode with warnings as errors; the arrows between
// the rooms point down only and are held by Tests/HouseTests (DESIGN: "The house").
let house: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
    .product(name: "NIOFoundationCompat", package: "swift-nio"),
]
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")

let package = Package(
    name: "switchboard",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "switchboard", targets: ["Switchboard"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
            traits: ["FullFoundation"]),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Module maps only.
        .systemLibrary(
            name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(
            name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        // Of the kernel; Glibc's module leaves it out.
        .systemLibrary(name: "CEpoll"),

        // Technology: knows nothing of chats.
        .target(
            name: "Redis",
            dependencies: ["CHiredis", log, .product(name: "NIOSSL", package: "swift-nio-ssl")] + nio,
            swiftSettings: house),
        .target(name: "Postgres", dependencies: ["CLibPQ", log], swiftSettings: house),
        .target(name: "Secrets", dependencies: ["COpenSSL"], swiftSettings: house),
        .target(name: "Jobs", dependencies: ["Redis", log, lifecycle, metrics] + nio, swiftSettings: house),
        .target(
            name: "Realtime", dependencies: ["Redis", log, lifecycle, metrics] + nio,
            swiftSettings: house),

        // The business.
        .target(
            name: "Support",
            dependencies: ["Jobs", "Realtime", "Postgres", "Redis", "Secrets", log, lifecycle, metrics] + nio,
            swiftSettings: house),

        // The face.
        .target(
            name: "Gateway",
            dependencies: [
                "Support", "Realtime", log, lifecycle, metrics,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ] + nio,
            swiftSettings: house),

        // The executable assembles.
        .executableTarget(
            name: "Switchboard",
            dependencies: [
                "Gateway", "Support", "Jobs", "Realtime", "Redis", "Postgres", "Secrets", "CEpoll",
                log, lifecycle, signals, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: house),

        // Tests: a room each, and what they share.
        .target(
            name: "TestSupport",
            dependencies: ["Support", "Realtime", "Redis", "Postgres", "Secrets", "Jobs"],
            path: "Tests/Support", swiftSettings: house),
        .testTarget(name: "RedisTests", dependencies: ["Redis", "TestSupport"], swiftSettings: house),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestSupport"], swiftSettings: house),
        .testTarget(name: "SecretsTests", dependencies: ["Secrets"], swiftSettings: house),
        .testTarget(name: "JobsTests", dependencies: ["Jobs", "TestSupport"], swiftSettings: house),
        .testTarget(name: "RealtimeTests", dependencies: ["Realtime", "TestSupport"], swiftSettings: house),
        .testTarget(name: "SupportTests", dependencies: ["Support", "TestSupport"], swiftSettings: house),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "TestSupport",
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ], swiftSettings: house),
        .testTarget(
            name: "SwitchboardTests", dependencies: ["Switchboard", "TestSupport"], swiftSettings: house),
        .testTarget(name: "HouseTests", swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
