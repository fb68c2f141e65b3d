/// Why a message was not accepted, and the status to answer with.
///
/// It never holds anything of the message, so it can be shown to the other side and logged as it is.
/// After a refusal the connection cannot be trusted to be in step and must be closed.
public struct Refusal: Error, Sendable, Equatable {
    /// The status code for the client: 400, 414, 417, 431, 501 or 505, or 502 for a fault of the upstream.
    public let status: Int
    /// The rule that was broken.
    public let reason: Reason

    /// A refusal.
    ///
    /// - Parameters:
    ///   - reason: the rule that was broken.
    ///   - status: the status to answer with; the one usual for the reason unless given.
    public init(_ reason: Reason, status: Int? = nil) {
        self.reason = reason
        self.status = status ?? reason.usualStatus
    }

    /// The same fault made by an upstream: to the client it is a bad gateway.
    public var asBadGateway: Refusal { Refusal(reason, status: 502) }

    /// The rules a message can break, each with a fixed English sentence.
    public enum Reason: Sendable, Equatable, CaseIterable {
        case requestLine, method, target, version, unsupportedVersion, connectMethod
        case statusLine, statusCode, unaskedSwitch
        case bareLineFeed, bareCarriageReturn, controlByte, foldedLine, fieldName
        case targetTooLong, fieldTooLong, tooManyFields, headTooLong
        case hostMissing, hostTwice, host, hostMismatch
        case contentLength, contentLengthTwice, bothLengths
        case transferEncoding, unsupportedCoding, codingOnOldVersion
        case expectation
        case chunkSize, chunkExtension, chunkExtensionTooLong, chunkEnd
        case trailer, forbiddenTrailer, trailersTooLong
    }

    /// The sentence for the reason.
    public var message: String { reason.sentence }
}

extension Refusal.Reason {
    /// The status a client gets for this reason when it made the fault.
    var usualStatus: Int {
        switch self {
        case .targetTooLong: 414
        case .expectation: 417
        case .fieldTooLong, .tooManyFields, .headTooLong: 431
        case .connectMethod, .unsupportedCoding: 501
        case .unsupportedVersion: 505
        case .statusLine, .statusCode, .unaskedSwitch: 502
        default: 400
        }
    }

    /// What was wrong, in one sentence that repeats nothing of the message.
    public var sentence: String {
        switch self {
        case .requestLine: "The request line is malformed."
        case .method: "The request method is malformed."
        case .target: "The request target is malformed."
        case .version: "The protocol version is malformed."
        case .unsupportedVersion: "The protocol version is not supported."
        case .connectMethod: "Tunnels are not supported."
        case .statusLine: "The status line is malformed."
        case .statusCode: "The status code is malformed."
        case .unaskedSwitch: "The protocol was switched without being asked."
        case .bareLineFeed: "A line ends in a line feed without a carriage return."
        case .bareCarriageReturn: "A carriage return stands without a line feed."
        case .controlByte: "The message head contains a control character."
        case .foldedLine: "A header line begins with white space."
        case .fieldName: "A header name is malformed."
        case .targetTooLong: "The request target is too long."
        case .fieldTooLong: "A header line is too long."
        case .tooManyFields: "There are too many header lines."
        case .headTooLong: "The message head is too long."
        case .hostMissing: "The Host header is missing."
        case .hostTwice: "There is more than one Host header."
        case .host: "The Host header is malformed."
        case .hostMismatch: "The request target and the Host header name different hosts."
        case .contentLength: "The Content-Length header is malformed."
        case .contentLengthTwice: "There is more than one Content-Length header."
        case .bothLengths: "Content-Length and Transfer-Encoding were sent together."
        case .transferEncoding: "The Transfer-Encoding header is malformed."
        case .unsupportedCoding: "The transfer coding is not supported."
        case .codingOnOldVersion: "Transfer-Encoding needs HTTP/1.1."
        case .expectation: "The expectation is not supported."
        case .chunkSize: "A chunk size is malformed."
        case .chunkExtension: "A chunk extension is malformed."
        case .chunkExtensionTooLong: "The chunk extensions are too long."
        case .chunkEnd: "A chunk does not end where its size says."
        case .trailer: "A trailer line is malformed."
        case .forbiddenTrailer: "A trailer has a name that trailers must not have."
        case .trailersTooLong: "The trailers are too long."
        }
    }
}
