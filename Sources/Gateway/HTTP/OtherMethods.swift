import HTTPTypes
import Hummingbird

/// A known address that is asked with a method it does not take: 405, and which it takes (RFC 9110 §15.5.6), where
/// the router by itself would say that there is no such address.
enum OtherMethods {
    private static let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

    /// Call it when all addresses stand, but for those that mean every path.
    static func refuse(on router: Router<GatewayContext>) {
        for (path, routes) in Dictionary(grouping: router.routes, by: { $0.path.description }) {
            let taken = Set(routes.map(\.method))
            let allowed = all.filter(taken.contains).map(\.rawValue).joined(separator: ", ")
            for method in all where !taken.contains(method) && !(method == .head && taken.contains(.get)) {
                router.on(RouterPath(path), method: method) { _, _ in
                    var refusal = ErrorResponse(HTTPError(.methodNotAllowed)).response()
                    refusal.headers[.allow] = allowed
                    return refusal
                }
            }
        }
    }
}
