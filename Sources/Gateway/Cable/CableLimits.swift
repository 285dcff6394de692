import Support

/// What the sessions of `/cable` may take of one gateway.
package struct CableLimits: Sendable {
    /// Frames from one session: a burst, refilled at a steady rate.
    package var frames = RateLimit(burst: 200, per: .milliseconds(20))
    /// Sessions at the same time of one contact or agent: a person's tabs and devices, and a few that have
    /// vanished and are not found out yet.
    package var sessionsPerPrincipal = 20
    /// Sessions at the same time from one address. Generous: whole companies and mobile networks share one.
    package var sessionsPerAddress = 10_000
    /// The web pages that may open a socket.
    package var origins = AllowedOrigins()

    package init() {}
}
