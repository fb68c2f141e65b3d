extension PlainHead {
    /// The parts of a status line, nil if it must be refused.
    func response(lineLimit: Int) -> (status: Int, isVersion11: Bool)? {
        guard first.count >= 12, first.count <= lineLimit, first.starts(with: "HTTP/1.".utf8),
            first[7] == 0x30 || first[7] == 0x31, first[8] == 0x20, Array(first[9..<12]).isDigits,
            first.count == 12 || first[12] == 0x20,
            let status = Int(String(decoding: first[9..<12], as: UTF8.self)), status >= 100,
            status != 101
        else { return nil }
        return (status, first[7] == 0x31)
    }
}
