internal import CSluiceCurl
internal import Glibc

/// libcurl's state for the whole process, made once and before the first handle.
enum CurlLibrary {
    private static let isReady: Bool = {
        // libcurl would write the secrets of all connections to that file. Removing a variable, unlike setting one, moves nothing
        // that another thread may be reading.
        unsetenv("SSLKEYLOGFILE")
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    static func prepare() {
        precondition(isReady, "libcurl could not be initialised")
    }
}
