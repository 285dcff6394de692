import HTTPTypes
import Hummingbird

/// What goes with the files of `web/dist`: the widget's are for every page in the world, ours run under the
/// strictest policy there is.
enum PageHeaders {
    /// Nothing inline, nothing from elsewhere, no HTML made from text, no framing.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; \
        font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
        require-trusted-types-for 'script'; trusted-types 'none'
        """

    static func add(to response: inout Response, path: String) {
        if path == "/w.js" || path.hasPrefix("/a/") {
            response.headers[.accessControlAllowOrigin] = "*"
            response.headers[.init("Cross-Origin-Resource-Policy")!] = "cross-origin"
            response.headers[.init("Timing-Allow-Origin")!] = "*"
        } else {
            response.headers[.contentSecurityPolicy] = policy
            response.headers[.init("Cross-Origin-Opener-Policy")!] = "same-origin"
            response.headers[.init("Referrer-Policy")!] = "same-origin"
        }
    }
}
