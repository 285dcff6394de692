import NIOCore
import NIOPosix
import NIOSSL

/// Opens sockets: TCP, TCP with TLS, or unix.
struct RedisDialer: Sendable {
    let configuration: RedisConfiguration
    /// Made once, at the start, since it reads files. A failure is final and answers every command.
    private let tls: Result<NIOSSLContext?, RedisError>

    init(_ configuration: RedisConfiguration) {
        self.configuration = configuration
        do throws(RedisError) {
            tls = .success(
                try configuration.tls.map { settings throws(RedisError) in try settings.context() })
        } catch {
            tls = .failure(error)
        }
    }

    /// Why no attempt can ever succeed, if so.
    var misconfiguration: RedisError? {
        guard case .failure(let error) = tls else { return nil }
        return error
    }

    /// A connected channel whose last handler `link` has been told of its opening.
    func dial(for link: NIOLoopBound<RedisLink>, on eventLoop: any EventLoop) -> EventLoopFuture<any Channel>
    {
        var bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls = try tls.get() {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: serverName)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        RedisConnection(link: link.value, limits: configuration.limits))
                }
            }
        switch configuration.endpoint {
        case .unix(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port):
            // Keep-alive finds a dead peer under a command that may block for ever: 30 s + 3 × 10 s.
            bootstrap =
                bootstrap
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
            for (option, seconds) in Self.keepAlive {
                bootstrap = bootstrap.channelOption(.tcpOption(option), value: seconds)
            }
            return bootstrap.connect(host: host, port: port)
        }
    }

    #if os(Linux)
        private static let keepAlive: [(NIOBSDSocket.Option, ChannelOptions.Types.SocketOption.Value)] = [
            (NIOBSDSocket.Option(rawValue: 4), 30),  // TCP_KEEPIDLE
            (NIOBSDSocket.Option(rawValue: 5), 10),  // TCP_KEEPINTVL
            (NIOBSDSocket.Option(rawValue: 6), 3),  // TCP_KEEPCNT
        ]
    #else
        private static let keepAlive: [(NIOBSDSocket.Option, ChannelOptions.Types.SocketOption.Value)] = []
    #endif

    /// The name the certificate must have. Addresses may not stand in SNI; NIOSSL then compares the
    /// certificate with the socket's address.
    private var serverName: String? {
        guard case .tcp(let host, _) = configuration.endpoint else { return nil }
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil  // A throw is the answer "no".
        return isAddress ? nil : host
    }
}

extension RedisConfiguration.TLS {
    fileprivate func context() throws(RedisError) -> NIOSSLContext {
        do {
            var settings = TLSConfiguration.makeClientConfiguration()
            settings.minimumTLSVersion = .tlsv12
            settings.certificateVerification =
                switch verification {
                case .full: .fullVerification
                case .chain: .noHostnameVerification
                case .none: .none
                }
            if let authorityFile {
                settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorityFile))
            }
            if let certificateFile {
                settings.certificateChain = try NIOSSLCertificate.fromPEMFile(certificateFile).map {
                    .certificate($0)
                }
            }
            if let keyFile {
                settings.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
            }
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw RedisError(.configuration, "TLS to Redis cannot be set up (cacert, cert, key): \(error)")
        }
    }
}

extension RedisConfiguration {
    fileprivate var limits: RESPDecoder.Limits {
        RESPDecoder.Limits(replyBytes: maxReplyBytes, elements: maxReplyElements)
    }
}
