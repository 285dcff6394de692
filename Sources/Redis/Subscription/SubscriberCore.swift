import NIOCore

/// The half of a subscriber that lives on the event loop: of one Redis (`RedisSubscriberCore`) or of a cluster
/// (`ClusterSubscriberCore`).
protocol SubscriberCore: AnyObject {
    func start()
    /// `done` is called once, when all are confirmed or one cannot be.
    func subscribe(_ channels: Set<String>, _ done: @escaping @Sendable (Result<Void, RedisError>) -> Void)
    func unsubscribe(_ channels: [String])
    /// Fails calls that wait; the future tells when all is closed.
    func stop() -> EventLoopFuture<Void>
}

/// Who looks after a cluster's nodes. Called on the event loop.
protocol SlotKeeper: AnyObject {
    /// These have to be subscribed elsewhere.
    func take(_ handed: [SubscriptionLedger.Handover], from endpoint: RedisConfiguration.Endpoint)
    func learn(_ redirection: Redirection)
    /// A call that one node has refused awaits nothing of the others.
    func withdraw(_ call: SubscribeCall)
    /// The connection to that node is gone.
    func lost(_ endpoint: RedisConfiguration.Endpoint)
}
