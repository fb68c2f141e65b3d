internal import CSluiceCurl

/// libcurl's state for the whole process, made once and before the first handle.
enum CurlLibrary {
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    static func prepare() {
        precondition(isReady, "libcurl could not be initialised")
    }
}
