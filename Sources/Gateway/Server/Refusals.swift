import HTTPTypes

/// What the transport itself refuses, before or instead of an `Admit`.
extension Admission {
    static let malformed = Admission.refuse(
        status: .badRequest, code: "malformed_request", message: "The request could not be understood.")

    static let stopping = Admission.refuse(
        status: .serviceUnavailable, code: "stopping", message: "This server is stopping.",
        headers: [.retryAfter: "1"])

    static let tooLate = Admission.refuse(
        status: .serviceUnavailable, code: "timeout", message: "It took too long to decide.",
        headers: [.retryAfter: "5"])

    static let failed = Admission.refuse(
        status: .internalServerError, code: "internal_error", message: "Something went wrong.")
}
