internal import CSluiceOpenSSL

/// libssl's and libcrypto's state for the whole process.
public enum TLSLibrary {
    /// To be called before anything else that uses OpenSSL, such as the decryption of a configuration's secrets: later it has no effect,
    /// and the end of the process would free what the threads of loops still use.
    public static func prepare() {
        sluice_tls_prepare()
    }
}
