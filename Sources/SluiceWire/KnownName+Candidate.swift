extension KnownName {
    /// The one known name that a name can be, told by its length and its first two letters.
    @inline(__always)
    static func candidate(_ name: Span<UInt8>) -> KnownName {
        guard name.count > 1 else { return .other }
        let (first, second) = (Unicode.Scalar(name[0]), Unicode.Scalar(name[1]))
        return switch name.count {
        case 2: .te
        case 4: first == "h" ? .host : .date
        case 5: .allow
        case 6: ofSix(first, second)
        case 7: first == "u" ? .upgrade : first == "t" ? .trailer : .apiKey
        case 8: .location
        case 9: .xAPIKey
        case 10: ofTen(first)
        case 11: ofEleven(first)
        case 12: first == "c" ? .contentType : .xRequestID
        case 13: first == "a" ? .authorization : .cacheControl
        case 14: ofFourteen(first)
        case 15: first == "x" ? .xMSRequestID : second == "c" ? .acceptEncoding : .apimRequestID
        case 16:
            first == "c" ? .contentEncoding : first == "p" ? .proxyConnection : .wwwAuthenticate
        case 17: .transferEncoding
        case 18: .proxyAuthenticate
        case 19: ofNineteen(first)
        default: .other
        }
    }

    @inline(__always)
    private static func ofSix(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> KnownName {
        switch first {
        case "a": .accept
        case "s": .server
        case "e": .expect
        default: second == "o" ? .cookie : .cfRay
        }
    }

    @inline(__always)
    private static func ofTen(_ first: Unicode.Scalar) -> KnownName {
        switch first {
        case "u": .userAgent
        case "c": .connection
        case "k": .keepAlive
        case "s": .setCookie
        case "t": .tracestate
        default: .requestID
        }
    }

    @inline(__always)
    private static func ofEleven(_ first: Unicode.Scalar) -> KnownName {
        switch first {
        case "r": .retryAfter
        case "o": .openAIBeta
        case "t": .traceparent
        default: .xMSRegion
        }
    }

    @inline(__always)
    private static func ofFourteen(_ first: Unicode.Scalar) -> KnownName {
        switch first {
        case "c": .contentLength
        case "r": .retryAfterMS
        case "o": .openAIProject
        default: .xShouldRetry
        }
    }

    @inline(__always)
    private static func ofNineteen(_ first: Unicode.Scalar) -> KnownName {
        switch first {
        case "o": .openAIOrganization
        case "c": .contentDisposition
        case "p": .proxyAuthorization
        default: .xMSRetryAfterMS
        }
    }
}
